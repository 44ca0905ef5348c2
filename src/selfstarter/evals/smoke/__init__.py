"""The published measure: nobody tunes on these tasks, and nobody reads their runs to tune."""
