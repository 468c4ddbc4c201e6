"""Executes one job: a notebook, through papermill, in a kernel of its own."""

from nbflow.executors.local.worker.job import execute_job

__all__ = ["execute_job"]
