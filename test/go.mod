module github.com/rayscope/rayscope/test

go 1.26.0
