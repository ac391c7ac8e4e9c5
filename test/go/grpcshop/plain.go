package main

import "github.com/aws/aws-xray-sdk-go/v2/xray"

// plain has no other use of the package: its import goes with the name.
var plain = xray.UnaryClientInterceptor()
