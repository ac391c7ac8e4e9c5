module github.com/rayscope/rayscope

go 1.26.0
