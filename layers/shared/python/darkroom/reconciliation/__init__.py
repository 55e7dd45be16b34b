"""The sweep: compares all that is kept with the originals bucket, and has it put right."""
