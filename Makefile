# Everything is in tools/bootstrap.py; this only saves typing. Extra words go into ARGS:
#   make demo ARGS="--model openai:gpt-5"     make test ARGS="tests/models -k resume"
#   make evals SUITE=core N=3 AGENTS=ours,bare
PYTHON ?= python3

demo test lint smoke evals peers results bench mutants guards longrun ablate ablate-memory storm scale security bench-memory bench-gate bench-pages bench-sandbox bench-journal ui ui-test api-test docs words site docs-test first-hour bench-start setup lock clean:
	@$(PYTHON) tools/bootstrap.py $@ $(ARGS)

.PHONY: demo test lint smoke evals peers results bench mutants guards longrun ablate ablate-memory storm scale security bench-memory bench-gate bench-pages bench-sandbox bench-journal ui ui-test api-test docs words site docs-test first-hour bench-start setup lock clean
