"""Small offline tasks with strict graders, run through `app` as a person would."""
