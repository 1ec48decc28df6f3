//! Workflow recipient runs: the execution of a workflow for one recipient.
