"""What sources said: readers, source mappings, cleaning, the arrival report and the store of batches."""

from envcredit.records.arrival import Arrival
from envcredit.records.importing import import_files
from envcredit.records.library import read_source, source_names
from envcredit.records.store import Batch, batches

__all__ = ["Arrival", "Batch", "batches", "import_files", "read_source", "source_names"]
