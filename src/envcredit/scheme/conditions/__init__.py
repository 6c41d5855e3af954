"""The condition language: which facts count. Total, typed, three truth values (yes, no, unknown), no comparison across types."""
