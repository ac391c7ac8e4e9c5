package xray_test

import (
	"database/sql"
	"fmt"

	"github.com/rayscope/rayscope/xray"
)

// In a program: db, err := xray.SQLContext("pgx", "postgres://…").
func ExampleSQLConnector() {
	var log []string // of a driver that is part of this test
	db := sql.OpenDB(xray.SQLConnector("postgres://shop:pa55word@db.internal/orders", plainDB{log: &log}))
	defer db.Close()

	ctx, seg := xray.BeginSegment(printing(), "shop")
	defer seg.Close(nil)
	_, err := db.ExecContext(ctx, "delete from cart where owner = 'ann'")
	fmt.Println(err)
	// Output:
	// <nil>
	// sent: shop
}
