package daemon

// receiveBuffer is what the socket is to hold while the reader is not running: 4 MiB are 1,800 datagrams of 1.2 KB with
// the kernel's own overhead, 45 ms at 40,000 a second. The kernel's default of 208 KiB loses some at half of that.
const receiveBuffer = 4 << 20
