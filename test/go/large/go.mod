module github.com/rayscope/rayscope/test/go/large

go 1.25.0

require github.com/rayscope/rayscope/xray v0.5.0

replace github.com/rayscope/rayscope/xray => ../../../xray
