package exception

import (
	"runtime"
	"testing"
)

func TestPlace(t *testing.T) {
	for _, c := range []struct {
		file, function string
		want           Stack
	}{
		{"/srv/src/shop/cart.go", "shop.(*Cart).Add", Stack{"shop/cart.go", 9, "(*Cart).Add"}},
		{"/srv/src/example.com/shop/cmd/web/main.go", "main.main", Stack{"web/main.go", 9, "main"}},
		{"/srv/mod/example.com/shop@v1.2.0/cart/add.go", "example.com/shop/cart.add.func1", Stack{"example.com/shop@v1.2.0/cart/add.go", 9, "add.func1"}},
		{"/srv/mod/gopkg.in/yaml.v3@v3.0.1/decode.go", "gopkg.in/yaml%2ev3.(*decoder).unmarshal", Stack{"gopkg.in/yaml.v3@v3.0.1/decode.go", 9, "(*decoder).unmarshal"}},
		{"/usr/lib/go/src/net/http/server.go", "net/http.HandlerFunc.ServeHTTP", Stack{"net/http/server.go", 9, "HandlerFunc.ServeHTTP"}},
		{"C:/srv/src/shop/cart.go", "shop.Add", Stack{"shop/cart.go", 9, "Add"}},
		{"cart.go", "example.com/shop.Add", Stack{"cart.go", 9, "Add"}},
		{"", "", Stack{"", 9, ""}},
	} {
		if got := place(runtime.Frame{File: c.file, Function: c.function, Line: 9}); got != c.want {
			t.Errorf("%s in %s: got %+v, want %+v", c.function, c.file, got, c.want)
		}
	}
}
