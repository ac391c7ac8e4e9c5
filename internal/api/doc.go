// Package api is the door for X-Ray's service API: it turns HTTP requests into calls of the rooms and their answers into
// X-Ray's wire form.
package api
