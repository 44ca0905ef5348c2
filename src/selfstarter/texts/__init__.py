"""What texts and tables hold, read without a model."""
