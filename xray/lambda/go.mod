module github.com/rayscope/rayscope/xray/lambda

go 1.25.0

require github.com/rayscope/rayscope/xray v0.5.0

require github.com/aws/aws-lambda-go v1.54.0

replace github.com/rayscope/rayscope/xray => ../
