"""The judge: values, geometry, checks, judging, readiness. Pure: no clock, file, network or thread."""
