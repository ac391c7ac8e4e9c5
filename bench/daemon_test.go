package main

import "testing"

func TestDropsOf(t *testing.T) {
	const text = `   sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode ref pointer drops            
  541: 0100007F:07D0 00000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 23450 2 0000000000000000 1713      
  987: 0100007F:9C40 0100007F:07D0 01 00000000:00000000 00:00000000 00000000     0        0 23451 2 0000000000000000 5         
`
	for address, want := range map[string]int{"127.0.0.1:2000": 1713, "127.0.0.1:40000": 5, "127.0.0.1:2001": 0} {
		if got := dropsOf(text, address); got != want {
			t.Errorf("dropsOf(%s) = %d, want %d", address, got, want)
		}
	}
}
