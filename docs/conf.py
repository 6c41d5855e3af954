"""Settings of the manual, shared by both trees; the tag ``zh`` or ``en`` says which one is being built."""

from importlib.metadata import version as installed_version

project = "环信评 Envcredit" if tags.has("zh") else "Envcredit"  # noqa: F821  Sphinx provides tags
author = "the Envcredit contributors"
project_copyright = author
release = version = installed_version("envcredit")
language = "zh_CN" if tags.has("zh") else "en"  # noqa: F821

extensions = ["myst_parser"]
myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 3
suppress_warnings = ["misc.highlighting_failure"]

html_theme = "furo"
html_title = f"{project} {release}"
html_show_sphinx = False
html_copy_source = False
