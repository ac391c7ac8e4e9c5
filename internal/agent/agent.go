// Package agent is the stand-alone daemon: rayscope daemon, or a program named xray. It takes the place of the X-Ray daemon
// beside applications, with its flags and its cfg.yaml, and sends what it is given to Rayscope, to X-Ray of AWS, or to both.
package agent
