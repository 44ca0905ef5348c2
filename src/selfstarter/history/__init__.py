"""What a run did to its workspace, kept step by step, to be shown, undone and forked."""
