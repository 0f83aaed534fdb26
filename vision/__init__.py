"""The judge: values, geometry, checks, judging, readiness.

Pure: it knows no clock, file, network or thread.
"""
