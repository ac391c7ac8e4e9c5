module github.com/rayscope/rayscope/test

go 1.26.0

// Packages of npm and PyPI that may bring Go files along.
ignore (
	./.venv
	./node/node_modules
)
