package pattern_test

import (
	"fmt"

	"github.com/rayscope/rayscope/xray/pattern"
)

func ExampleWildcardMatch() {
	const caseInsensitive = true
	fmt.Println(pattern.WildcardMatch("/orders/*/items", "/orders/17/items", !caseInsensitive))
	fmt.Println(pattern.WildcardMatch("api.example.???", "API.example.com", caseInsensitive))
	fmt.Println(pattern.WildcardMatch("api.example.???", "API.example.com", !caseInsensitive))
	// Output:
	// true
	// true
	// false
}
