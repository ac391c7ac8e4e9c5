package agent

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/rayscope/rayscope/internal/cli"
)

// maxFile bounds a settings file. One with every key and a page of comments has 4 KB.
const maxFile = 1 << 20

// A configFile is what a settings file says.
type configFile struct {
	name     string
	values   []fileValue // in the file's order
	warnings []string
	wrong    []string // with line numbers
}

// A fileValue is a key of the table of settings with what stands beside it. Without texts it is not set.
type fileValue struct {
	setting *setting
	key     string // as it stands in the file
	line    int
	texts   []string
}

// readConfigFile reads the file named, which must be there, or else the first default that is there. Nil is none.
func readConfigFile(name string, defaultFiles []string) (*configFile, error) {
	if name != "" {
		return readConfigAt(name, true)
	}
	for _, d := range defaultFiles {
		f, err := readConfigAt(d, false)
		if !errors.Is(err, fs.ErrNotExist) {
			return f, err
		}
	}
	return nil, nil
}

func readConfigAt(name string, strict bool) (*configFile, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, fmt.Errorf("read settings: %w", err)
	}
	defer func() { _ = f.Close() }() // it was only read
	b, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	if err != nil {
		return nil, fmt.Errorf("read settings: %w", err)
	}
	if len(b) > maxFile {
		return nil, fmt.Errorf("settings file %s has more than %d bytes: is it the right file?", name, maxFile)
	}
	c := parseConfig(b, strict)
	c.name = name
	return c, nil
}

// parseConfig reads a settings file. Unknown keys are wrong if it is strict, else worth a warning.
func parseConfig(b []byte, strict bool) *configFile {
	c := &configFile{}
	var root yaml.Node
	d := yaml.NewDecoder(bytes.NewReader(b))
	switch err := d.Decode(&root); {
	case errors.Is(err, io.EOF):
		c.wrong = append(c.wrong, errNoVersion)
		return c
	case err != nil:
		c.wrong = append(c.wrong, strings.TrimPrefix(err.Error(), "yaml: "))
		return c
	}
	if err := d.Decode(new(yaml.Node)); !errors.Is(err, io.EOF) {
		c.wrong = append(c.wrong, `more than one document: end the file where the line "---" stands for the second time`)
	}
	c.read(&root, strict)
	return c
}

const errNoVersion = `Config Version is missing: begin the file with "Version: 2"`

// read takes the file's keys in, those of the document and one level below.
func (c *configFile) read(root *yaml.Node, strict bool) {
	if root.Kind == yaml.DocumentNode {
		root = root.Content[0]
	}
	if root.Kind != yaml.MappingNode {
		c.wrongAt(root, "keys and values are needed, for example %q", "Region: eu-west-1")
		return
	}
	r := fileReader{configFile: c, strict: strict, seen: map[string]bool{}}
	r.mapping("", root)
	if !r.seen["Version"] {
		c.wrong = append(c.wrong, errNoVersion)
	}
	c.values = slices.DeleteFunc(c.values, func(v fileValue) bool {
		superseded := v.key != v.setting.key && v.key != "Endpoint" && r.seen[v.setting.key]
		if superseded {
			c.warnings = append(c.warnings, fmt.Sprintf("line %d: %s has no effect beside %s", v.line, v.key, v.setting.key))
		}
		return superseded
	})
	if r.seen["Endpoint"] && r.seen["Endpoints"] {
		c.wrong = append(c.wrong, "Endpoint and Endpoints are both there: list all under Endpoints")
	}
}

func (c *configFile) wrongAt(n *yaml.Node, format string, args ...any) {
	c.wrong = append(c.wrong, fmt.Sprintf("line %d: ", n.Line)+fmt.Sprintf(format, args...))
}

// apply sets what the file says and is what of it is wrong.
func (c *configFile) apply(to *Config) (wrong []string) {
	wrong = slices.Clone(c.wrong)
	for _, v := range c.values {
		if len(v.texts) == 0 {
			continue
		}
		if err := v.setting.set(to, v.texts); err != nil {
			wrong = append(wrong, fmt.Sprintf("line %d: %s %q: %v", v.line, v.key, shown(v.texts), err))
		}
	}
	for i := range wrong {
		wrong[i] = c.name + ": " + wrong[i]
	}
	return wrong
}

// A fileReader walks through one file.
type fileReader struct {
	*configFile
	strict bool
	seen   map[string]bool
}

// mapping reads the keys of a mapping, which stands at the key group, or at the top.
func (r *fileReader) mapping(group string, m *yaml.Node) {
	for i := 0; i+1 < len(m.Content); i += 2 {
		name, value := m.Content[i], resolve(m.Content[i+1])
		key := name.Value
		if group != "" {
			key = group + "." + key
		}
		if r.seen[key] {
			r.wrongAt(name, "%s is there twice: leave one of them out", key)
			continue
		}
		r.seen[key] = true
		r.key(key, name, value)
	}
}

// resolve is the node itself, or what an alias stands for.
func resolve(n *yaml.Node) *yaml.Node {
	if n.Kind == yaml.AliasNode {
		return n.Alias
	}
	return n
}

// key reads one key with what stands beside it.
func (r *fileReader) key(key string, name, value *yaml.Node) {
	switch {
	case key == "Version":
		if value.Value != "1" && value.Value != "2" {
			r.wrongAt(value, "Version %q: Config Version must be 1 or 2", value.Value)
		}
	case isGroup(key):
		r.group(key, name, value)
	case slices.Contains(removedKeys, key), key == "Logging.LogFormat" && !isLogFormat(value.Value):
		r.warnings = append(r.warnings, fmt.Sprintf("line %d: %s is of old versions and has no effect", name.Line, key))
	case oldKeys[key] != "":
		r.warnings = append(r.warnings, fmt.Sprintf("line %d: %s is of old versions: it is read as %s, write that", name.Line, key, oldKeys[key]))
		r.value(oldKeys[key], key, name, value)
	case key == "Endpoint":
		r.value(endpoints.key, key, name, value)
	case settingOf(key) == nil:
		r.unknown(key, name)
	default:
		r.value(key, key, name, value)
	}
}

// isLogFormat: the X-Ray daemon once had a key of this name with another meaning. What we do not know is taken for that.
func isLogFormat(s string) bool {
	_, err := parseLogFormat(s)
	return err == nil
}

func (r *fileReader) group(key string, name, value *yaml.Node) {
	switch {
	case value.Kind == yaml.MappingNode:
		r.mapping(key, value)
	case value.Kind != yaml.ScalarNode || value.Value != "":
		r.wrongAt(name, "%s has keys of its own: put them below it, further to the right", key)
	}
}

func (r *fileReader) unknown(key string, name *yaml.Node) {
	group, _, below := strings.Cut(key, ".")
	keys := fileKeys()
	if below {
		keys = keysOf(group)
	}
	text := fmt.Sprintf("line %d: %s flag is invalid: there is no such key%s", name.Line, key, cli.DidYouMean(key, "", keys))
	if r.strict {
		r.wrong = append(r.wrong, text)
		return
	}
	r.warnings = append(r.warnings, text)
}

// value notes a setting.
func (r *fileReader) value(of, key string, name, value *yaml.Node) {
	s := settingOf(of)
	v := fileValue{setting: s, key: key, line: name.Line}
	items := []*yaml.Node{value}
	if value.Kind == yaml.SequenceNode && s.Repeat {
		items = value.Content
	}
	for _, n := range items {
		n = resolve(n)
		if n.Kind != yaml.ScalarNode {
			r.wrongAt(n, "%s: one value is needed", key)
			return
		}
		if n.Tag != "!!null" && n.Value != "" { // empty: not set
			v.texts = append(v.texts, n.Value)
		}
	}
	r.values = append(r.values, v)
}
