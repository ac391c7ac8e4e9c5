package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"time"
)

// packages are the kinds and architectures of Linux packages.
var packages = []struct{ kind, arch string }{{"deb", "amd64"}, {"deb", "arm64"}, {"rpm", "amd64"}, {"rpm", "arm64"}}

// packages makes them from the programs that archives has built, by the recipe deploy/packages/nfpm.yaml.
func (d *dist) packages(ctx context.Context) error {
	version := packageVersion(d.version, d.time)
	for _, p := range packages {
		program := built(platform{"linux", p.arch})
		name := fmt.Sprintf("rayscope-daemon_%s_%s.%s", version, p.arch, p.kind)
		d.step("package %s", name)
		cmd := exec.CommandContext(ctx, d.nfpm, "package", "--config", "deploy/packages/nfpm.yaml", "--packager", p.kind, "--target", filepath.Join(distDir, name))
		cmd.Env = append(os.Environ(), "PROGRAM="+program, "ARCH="+p.arch, "VERSION="+version, "SOURCE_DATE_EPOCH="+strconv.FormatInt(d.time.Unix(), 10))
		if out, err := cmd.CombinedOutput(); err != nil {
			return fmt.Errorf("package %s: %w\n%s", name, err, out)
		}
	}
	return nil
}

// described is what git describe says where there is a tag: the tag, the commits since, the last of them, changes.
var described = regexp.MustCompile(`^v(\d+\.\d+\.\d+)(?:-([a-z]+\.?\d*))?(?:-(\d+)-g([0-9a-f]+))?(-dirty)?$`)

// packageVersion is the version in a form that dpkg and rpm order as meant: before a release "~", after it "+", no dash. Without a
// tag it is one before all releases, by its time.
func packageVersion(version string, at time.Time) string {
	m := described.FindStringSubmatch(version)
	if m == nil {
		return "0~" + at.UTC().Format("20060102150405")
	}
	v := m[1]
	if m[2] != "" {
		v += "~" + m[2]
	}
	if m[3] != "" {
		v += "+" + m[3] + ".g" + m[4]
	}
	if m[5] != "" {
		v += "+dirty"
	}
	return v
}
