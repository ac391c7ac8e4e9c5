// Package beanstalk adds the Elastic Beanstalk environment that the program runs in to its segments.
package beanstalk

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"runtime"

	"github.com/rayscope/rayscope/xray/internal/plugins"
)

// Origin is that of segments from Elastic Beanstalk environments.
const Origin = "AWS::ElasticBeanstalk::Environment"

// Init reads, in the background, the file that Elastic Beanstalk writes for X-Ray; segments that are begun afterwards have the member
// aws.elastic_beanstalk with environment_name, version_label and deployment_id, and the origin.
func Init() {
	plugins.Start("elastic_beanstalk", Origin, func(context.Context) (map[string]any, error) { return read(path()) })
}

func path() string {
	if runtime.GOOS == "windows" {
		return `C:\Program Files\Amazon\XRay\environment.conf`
	}
	return "/var/elasticbeanstalk/xray/environment.conf"
}

func read(path string) (map[string]any, error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var conf struct {
		Environment string `json:"environment_name"`
		Version     string `json:"version_label"`
		Deployment  int    `json:"deployment_id"`
	}
	if err := json.Unmarshal(b, &conf); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return map[string]any{
		"environment_name": conf.Environment,
		"version_label":    conf.Version,
		"deployment_id":    conf.Deployment,
	}, nil
}
