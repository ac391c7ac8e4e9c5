module github.com/rayscope/rayscope/xray

go 1.25.0
