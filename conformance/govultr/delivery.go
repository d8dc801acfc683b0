package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"strings"

	"github.com/vultr/govultr/v3"
)

// told tells Kettle what would happen outside: an image is pushed, a file is uploaded.
func told(w *world, url, kind string, body io.Reader) {
	request, err := http.NewRequestWithContext(w.ctx, http.MethodPost, url, body)
	done(err)
	request.Header.Set("Content-Type", kind)
	response, err := (&http.Client{Transport: w.calls, Timeout: deadline}).Do(request)
	done(err)
	defer response.Body.Close()
	text, _ := io.ReadAll(response.Body)
	w.show("what happened outside is told", response.StatusCode == http.StatusNoContent, response.Status, string(text))
}

func registries(w *world) {
	plans, _, err := w.ContainerRegistry.ListPlans(w.ctx)
	done(err)
	w.show("plans have their price and room", plans.Plans.Business.MonthlyPrice == 5 && plans.Plans.StartUp.MaxStorageMB == 10240, plans)
	regions := rows(w.ContainerRegistry.ListRegions(w.ctx))
	w.show("a region names its data centre", has(regions, func(r govultr.ContainerRegistryRegion) bool {
		return r.Name == "sjc" && r.ID == 3 && r.DataCenter.ID == 12 && r.URN == "sjc.vultrcr.com"
	}), regions)
	wanted := &govultr.ContainerRegistryReq{Name: "govultr", Region: "sjc", Plan: "start_up"}
	made := got(w.ContainerRegistry.Create(w.ctx, wanted)).ID
	found := got(w.ContainerRegistry.Get(w.ctx, made))
	w.show("a registry reads back at once", found.Name == "govultr" && found.URN == "sjc.vultrcr.com/govultr" && !found.Public &&
		found.Storage.Allowed.GigaBytes == 10 && found.RootUser.ID > 0 && found.RootUser.Root && found.RootUser.Password != "", found)
	w.show("it is listed", has(rows(w.ContainerRegistry.List(w.ctx, every())),
		func(r govultr.ContainerRegistry) bool { return r.ID == made && r.Metadata.Region.Name == "sjc" }))
	on, plan := true, "business"
	changed := got(w.ContainerRegistry.Update(w.ctx, made, &govultr.ContainerRegistryUpdateReq{Public: &on, Plan: &plan}))
	w.show("the change is answered", changed.ID == made && changed.Public && changed.Metadata.Subscription.Billing.MonthlyPrice == 5, changed)
	w.refused("a name with a hyphen", 400, "", third(w.ContainerRegistry.Create(w.ctx, &govultr.ContainerRegistryReq{Name: "a-b", Region: "sjc", Plan: plan})))
	w.refused("an unknown registry", 404, "Invalid container registry ID", third(w.ContainerRegistry.Get(w.ctx, nowhere)))

	credentials := got(w.ContainerRegistry.CreateDockerCredentials(w.ctx, made, &govultr.DockerCredentialsOpt{ExpirySeconds: govultr.IntToIntPtr(60), WriteAccess: &on}))
	var config struct {
		Auths map[string]struct{ Auth string }
	}
	done(json.Unmarshal(*credentials, &config))
	w.show("docker's credentials are for the region's host", config.Auths["sjc.vultrcr.com"].Auth != "", credentials)
	robots := rows(w.ContainerRegistry.ListRobots(w.ctx, made, every()))
	w.same("they are a new robot's", len(robots), 1)
	name := robots[0].Name
	w.show("which may pull and push", len(got(w.ContainerRegistry.GetRobot(w.ctx, made, name)).Permissions[0].Access) == 2, robots)
	robot := got(w.ContainerRegistry.UpdateRobot(w.ctx, made, name, &govultr.ContainerRegistryRobotReq{Description: "CI", Disable: true}))
	w.show("a robot changes", robot.Description == "CI" && robot.Disable, robot)
	w.refused("a duration of none", 400, "", third(w.ContainerRegistry.UpdateRobot(w.ctx, made, name, &govultr.ContainerRegistryRobotReq{Duration: -7})))
	done(w.ContainerRegistry.DeleteRobot(w.ctx, made, name))
	w.gone("a robot", func() error { return third(w.ContainerRegistry.GetRobot(w.ctx, made, name)) })

	replica := got(w.ContainerRegistry.CreateReplication(w.ctx, made, "ewr"))
	w.same("a replication tells where it is", *replica, govultr.ContainerRegistryReplication{Region: "ewr", Namespace: "govultr", URN: "ewr.vultrcr.com/govultr"})
	w.same("it reads back", *got(w.ContainerRegistry.GetReplication(w.ctx, made, "ewr")), *replica)
	w.same("it is listed", len(rows(w.ContainerRegistry.ListReplications(w.ctx, made, every()))), 1)
	w.refused("a second one", 400, "", third(w.ContainerRegistry.CreateReplication(w.ctx, made, "ewr")))
	done(w.ContainerRegistry.DeleteReplication(w.ctx, made, "ewr"))
	w.gone("a replication", func() error { return third(w.ContainerRegistry.GetReplication(w.ctx, made, "ewr")) })
	images(w, made)
	done(w.ContainerRegistry.Delete(w.ctx, made))
	w.gone("a registry", func() error { return third(w.ContainerRegistry.Get(w.ctx, made)) })
}

// images are what was pushed to a registry, and what of it is kept.
func images(w *world, registry string) {
	for _, tag := range []string{"old", "new"} {
		body := fmt.Sprintf(`{"repository": "web", "tag": %q, "size": 1048576}`, tag)
		told(w, "https://api.vultr.com/_kettle/pushed/"+registry, "application/json", strings.NewReader(body))
	}
	repository := got(w.ContainerRegistry.GetRepository(w.ctx, registry, "web"))
	w.show("what was pushed is a repository", repository.Name == "govultr/web" && repository.ArtifactCount == 2 && repository.DateCreated != "", repository)
	w.same("it is listed", len(rows(w.ContainerRegistry.ListRepositories(w.ctx, registry, every()))), 1)
	repository = got(w.ContainerRegistry.UpdateRepository(w.ctx, registry, "web", &govultr.ContainerRegistryRepoUpdateReq{Description: "The shop"}))
	w.same("it is described", repository.Description, "The shop")
	w.same("its size counts", got(w.ContainerRegistry.Get(w.ctx, registry)).Storage.Used.MegaBytes, float32(2))
	artifacts := rows(w.ContainerRegistry.ListArtifacts(w.ctx, registry, "web", every()))
	artifact := got(w.ContainerRegistry.GetArtifact(w.ctx, registry, "web", artifacts[1].Digest))
	w.show("an artifact has its tags", artifact.Tags[0].Name == "new" && artifact.DatePushed != "" && artifact.DatePulled == "", artifact)

	rule := got(w.ContainerRegistry.CreateRetentionRule(w.ctx, registry, &govultr.ContainerRegistryRetentionRuleReq{
		Type: "artifacts pushed", Count: 1, RepositoryAction: "matches", RepositoryMatch: "**", TagAction: "matches", TagMatch: "**", Untagged: true,
	}))
	w.show("a rule is told as the library reads it", rule.ID == 1 && rule.Action == "retain" && rule.Template == "latestPushedK" &&
		rule.Parameters.AdditionalProperty == 1 && rule.ScopeSelector.Repository[0].Decoration == "repoMatches" && rule.TagSelectors[0].Pattern == "**", rule)
	w.same("it is listed", len(rows(w.ContainerRegistry.ListRetentionRules(w.ctx, registry, every()))), 1)
	w.refused("a rule without a pattern", 400, "", third(w.ContainerRegistry.CreateRetentionRule(w.ctx, registry, &govultr.ContainerRegistryRetentionRuleReq{
		Type: "always retain", RepositoryAction: "matches", TagAction: "matches",
	})))
	w.show("it is switched off", got(w.ContainerRegistry.UpdateRetentionRule(w.ctx, registry, rule.ID, true)).Disabled)
	w.show("and on", !got(w.ContainerRegistry.UpdateRetentionRule(w.ctx, registry, rule.ID, false)).Disabled)
	w.show("it reads back", !got(w.ContainerRegistry.GetRetentionRule(w.ctx, registry, rule.ID)).Disabled)
	schedule := got(w.ContainerRegistry.UpdateRetentionSchedule(w.ctx, registry, "monthly"))
	w.show("a schedule tells its next time", schedule.Schedule == "monthly" && schedule.NextScheduledTime != "", schedule)
	w.refused("a schedule that there is not", 400, "", third(w.ContainerRegistry.UpdateRetentionSchedule(w.ctx, registry, "yearly")))
	w.show("a dry run says so", got(w.ContainerRegistry.ExecuteRetention(w.ctx, registry, true)).DryRun)
	w.same("and takes nothing away", len(rows(w.ContainerRegistry.ListArtifacts(w.ctx, registry, "web", every()))), 2)
	w.same("who began an execution is told", got(w.ContainerRegistry.ExecuteRetention(w.ctx, registry, false)).Trigger, "Manual")
	left := rows(w.ContainerRegistry.ListArtifacts(w.ctx, registry, "web", every()))
	w.show("the newest is kept", len(left) == 1 && left[0].Tags[0].Name == "new", left)
	done(w.ContainerRegistry.DeleteRetentionRule(w.ctx, registry, rule.ID))
	w.gone("a rule", func() error { return third(w.ContainerRegistry.GetRetentionRule(w.ctx, registry, rule.ID)) })
	done(w.ContainerRegistry.DeleteArtifact(w.ctx, registry, "web", left[0].Digest))
	w.gone("an artifact", func() error { return third(w.ContainerRegistry.GetArtifact(w.ctx, registry, "web", left[0].Digest)) })
	done(w.ContainerRegistry.DeleteRepository(w.ctx, registry, "web"))
	w.gone("a repository", func() error { return third(w.ContainerRegistry.GetRepository(w.ctx, registry, "web")) })
}

func cdns(w *world) {
	on := true
	made := got(w.CDN.CreatePullZone(w.ctx, &govultr.CDNZoneReq{Label: "site", OriginScheme: "https", OriginDomain: "www.example.com", GZIP: &on})).ID
	w.wait("a pull zone becomes active", func() bool { return got(w.CDN.GetPullZone(w.ctx, made)).Status == "active" })
	zone := got(w.CDN.GetPullZone(w.ctx, made))
	w.show("it reads back", zone.Label == "site" && zone.OriginDomain == "www.example.com" && zone.GZIP && !zone.CORS &&
		strings.HasSuffix(zone.CDNURL, ".vultrcdn.com") && zone.DatePurged == "", zone)
	w.show("it is listed", has(rows(w.CDN.ListPullZones(w.ctx)), func(z govultr.CDNZone) bool { return z.ID == made }))
	zone = got(w.CDN.UpdatePullZone(w.ctx, made, &govultr.CDNZoneReq{CORS: &on, OriginScheme: "http", Regions: []string{"ewr"}}))
	w.show("what is sent changes, and the label stays", zone.CORS && zone.OriginScheme == "http" && zone.Regions[0] == "ewr" && zone.Label == "site", zone)
	w.refused("an origin that is no domain", 400, "", third(w.CDN.CreatePullZone(w.ctx, &govultr.CDNZoneReq{Label: "x", OriginScheme: "https", OriginDomain: "x"})))
	// The library asks for the zone itself: nothing is purged, and nothing may be.
	done(w.CDN.PurgePullZone(w.ctx, made))
	w.same("the library's purge purges nothing", got(w.CDN.GetPullZone(w.ctx, made)).DatePurged, "")
	done(w.CDN.DeletePullZone(w.ctx, made))
	w.gone("a pull zone", func() error { return third(w.CDN.GetPullZone(w.ctx, made)) })

	made = got(w.CDN.CreatePushZone(w.ctx, &govultr.CDNZoneReq{Label: "files"})).ID
	w.wait("a push zone becomes active", func() bool { return got(w.CDN.GetPushZone(w.ctx, made)).Status == "active" })
	w.show("it is listed", has(rows(w.CDN.ListPushZones(w.ctx)), func(z govultr.CDNZone) bool { return z.ID == made }))
	w.show("it changes", got(w.CDN.UpdatePushZone(w.ctx, made, &govultr.CDNZoneReq{Label: "more", BlockAI: &on})).BlockAI)
	form := got(w.CDN.CreatePushZoneFileEndpoint(w.ctx, made, &govultr.CDNZoneEndpointReq{Name: "hello.txt", Size: 5}))
	upload(w, form)
	file := got(w.CDN.GetPushZoneFile(w.ctx, made, "hello.txt"))
	w.show("a file that was uploaded reads back", file.Name == "hello.txt" && file.Size == 5 && file.DateModified != "", file)
	files := got(w.CDN.ListPushZoneFiles(w.ctx, made))
	w.show("it is listed", files.Count == 1 && files.Size == 5 && len(files.Files) == 1, files)
	w.refused("a file of no size", 400, "", third(w.CDN.CreatePushZoneFileEndpoint(w.ctx, made, &govultr.CDNZoneEndpointReq{Name: "x"})))
	w.refused("an unknown file", 404, "", third(w.CDN.GetPushZoneFile(w.ctx, made, "other.txt")))
	// The library builds this request and never sends it.
	done(w.CDN.DeletePushZoneFile(w.ctx, made, "hello.txt"))
	w.same("the library's deletion of a file deletes none", got(w.CDN.ListPushZoneFiles(w.ctx, made)).Count, 1)
	done(w.CDN.DeletePushZone(w.ctx, made))
	w.gone("a push zone", func() error { return third(w.CDN.GetPushZone(w.ctx, made)) })
}

// upload sends a file with its form, as the API's reference says.
func upload(w *world, form *govultr.CDNZoneEndpoint) {
	body := &bytes.Buffer{}
	writer := multipart.NewWriter(body)
	for name, text := range map[string]string{
		"acl": form.Inputs.ACL, "key": form.Inputs.Key, "Policy": form.Inputs.Policy, "X-Amz-Credential": form.Inputs.Credential,
		"X-Amz-Algorithm": form.Inputs.Algorithm, "X-Amz-Signature": form.Inputs.Signature,
	} {
		done(writer.WriteField(name, text))
	}
	file, err := writer.CreateFormFile("file", "hello.txt")
	done(err)
	_, err = file.Write([]byte("hello"))
	done(err)
	done(writer.Close())
	told(w, form.URL, writer.FormDataContentType(), body)
}
