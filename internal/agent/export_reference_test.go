package agent

// SettingKeys are the keys in cfg.yaml of Settings, in their order; empty for one that cannot stand there.
func SettingKeys() (keys []string) {
	for _, s := range settings {
		keys = append(keys, s.key)
	}
	return keys
}

var ServiceArguments = serviceArguments
