"""Other ways to pursue a goal, to be measured beside ours."""
