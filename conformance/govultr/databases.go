package main

import (
	"strings"

	"github.com/vultr/govultr/v3"
)

const (
	databasePlan   = "vultr-dbaas-startup-cc-1-55-2"
	databaseLarger = "vultr-dbaas-startup-cc-2-80-4"
)

// database makes one that runs.
func database(w *world, engine, version, label string) string {
	made := got(w.Database.Create(w.ctx, &govultr.DatabaseCreateReq{
		DatabaseEngine: engine, DatabaseEngineVersion: version, Region: "ewr", Plan: databasePlan, Label: label,
	}))
	running(w, made.ID)
	return made.ID
}

func running(w *world, id string) {
	w.wait("a database runs", func() bool { return got(w.Database.Get(w.ctx, id)).Status == "Running" })
}

func databases(w *world) {
	plans := rows(w.Database.ListPlans(w.ctx, &govultr.DBPlanListOptions{Engine: "pg", Region: "ewr", Nodes: 2}))
	w.show("plans are listed by engine, region and nodes", len(plans) > 10 && !has(plans, func(p govultr.DatabasePlan) bool {
		return p.NumberOfNodes != 2 || p.MonthlyCost == 0 || p.SupportedEngines.PG == nil || !*p.SupportedEngines.PG || p.MaxConnections == nil
	}), plans)
	made := database(w, "mysql", "8.4", "shop")
	found := got(w.Database.Get(w.ctx, made))
	w.show("what was ordered reads back, with where to connect", found.Label == "shop" && found.DatabaseEngine == "mysql" &&
		found.DatabaseEngineVersion == "8.4" && found.Host != "" && found.Port != "" && found.User == "vultradmin" && found.Password != "" &&
		found.PlanDisk == 55 && *found.PlanReplicas == 0 && *found.BackupHour == "" && found.CACertificate != "", found)
	w.show("it is listed by its label", has(rows(w.Database.List(w.ctx, &govultr.DBListOptions{Label: "shop"})),
		func(d govultr.Database) bool { return d.ID == made }))
	hour, on := "4", true
	changed := got(w.Database.Update(w.ctx, made, &govultr.DatabaseUpdateReq{
		Label: "carts", Tag: "web", BackupHour: &hour, MySQLSQLModes: []string{"ANSI"}, MySQLSlowQueryLog: &on,
		MySQLLongQueryTime: 3, TrustedIPs: []string{"192.0.2.0/24"}, ClusterTimeZone: "Europe/London",
	}))
	w.show("a change reads back", changed.Label == "carts" && changed.Tag == "web" && *changed.BackupHour == "4" &&
		*changed.MySQLSlowQueryLog && changed.MySQLLongQueryTime == 3 && len(changed.TrustedIPs) == 1, changed)
	done(third(w.Database.Update(w.ctx, made, &govultr.DatabaseUpdateReq{Plan: databaseLarger})))
	running(w, made)
	w.same("a larger plan reads back", got(w.Database.Get(w.ctx, made)).PlanRAM, 4096)
	w.refused("a smaller plan", 400, "", third(w.Database.Update(w.ctx, made, &govultr.DatabaseUpdateReq{Plan: databasePlan})))
	usage := got(w.Database.GetUsage(w.ctx, made))
	w.show("usage is told in numbers", usage.Disk.MaxGB == 80 && usage.Memory.MaxMB == 4096 && usage.CPU.Percentage > 0, usage)
	done(w.Database.Delete(w.ctx, made))
	w.gone("a database", func() error { return third(w.Database.Get(w.ctx, made)) })
	w.refused("an unknown database", 404, "invalid database ID", third(w.Database.Get(w.ctx, nowhere)))
}

func databaseContents(w *world) {
	id := database(w, "pg", "17", "orders")
	user := got(w.Database.CreateUser(w.ctx, id, &govultr.DatabaseUserCreateReq{Username: "app"}))
	w.show("a user gets a password", user.Username == "app" && user.Password != "", user)
	done(third(w.Database.UpdateUser(w.ctx, id, "app", &govultr.DatabaseUserUpdateReq{Password: "Horse-7"})))
	w.same("another password reads back", got(w.Database.GetUser(w.ctx, id, "app")).Password, "Horse-7")
	w.same("both users are listed", len(rows(w.Database.ListUsers(w.ctx, id))), 2)
	w.refused("a user of that name", 400, "", third(w.Database.CreateUser(w.ctx, id, &govultr.DatabaseUserCreateReq{Username: "app"})))
	w.same("a logical database reads back", got(w.Database.CreateDB(w.ctx, id, &govultr.DatabaseDBCreateReq{Name: "shop"})).Name, "shop")
	w.same("and again", got(w.Database.GetDB(w.ctx, id, "shop")).Name, "shop")
	w.show("it is listed", has(rows(w.Database.ListDBs(w.ctx, id)), func(d govultr.DatabaseDB) bool { return d.Name == "shop" }))
	pool := got(w.Database.CreateConnectionPool(w.ctx, id, &govultr.DatabaseConnectionPoolCreateReq{
		Name: "web", Database: "shop", Username: "app", Mode: "transaction", Size: 5,
	}))
	w.show("a pool reads back", pool.Name == "web" && pool.Mode == "transaction" && pool.Size == 5, pool)
	done(third(w.Database.UpdateConnectionPool(w.ctx, id, "web", &govultr.DatabaseConnectionPoolUpdateReq{Size: 7})))
	w.same("another size reads back", got(w.Database.GetConnectionPool(w.ctx, id, "web")).Size, 7)
	connections, pools, meta, _, err := w.Database.ListConnectionPools(w.ctx, id)
	done(err)
	w.show("pools are listed with the connections that they hold", len(pools) == 1 && meta.Total == 1 && connections.Used == 7 &&
		connections.Used+connections.Available == connections.Max, connections)
	w.refused("a user of a pool", 400, "", w.Database.DeleteUser(w.ctx, id, "app"))
	done(w.Database.DeleteConnectionPool(w.ctx, id, "web"))
	done(w.Database.DeleteDB(w.ctx, id, "shop"))
	done(w.Database.DeleteUser(w.ctx, id, "app"))
	w.gone("a pool", func() error { return third(w.Database.GetConnectionPool(w.ctx, id, "web")) })
	w.gone("a logical database", func() error { return third(w.Database.GetDB(w.ctx, id, "shop")) })
	w.gone("a user", func() error { return third(w.Database.GetUser(w.ctx, id, "app")) })
	done(w.Database.Delete(w.ctx, id))
}

func databaseCopies(w *world) {
	id := database(w, "mysql", "8.4", "orders")
	backups := got(w.Database.GetBackupInformation(w.ctx, id))
	w.show("there is a backup", backups.LatestBackup.Date != "" && backups.OldestBackup.Time != "", backups)
	restored := got(w.Database.RestoreFromBackup(w.ctx, id, &govultr.DatabaseBackupRestoreReq{Label: "restored"}))
	forked := got(w.Database.Fork(w.ctx, id, &govultr.DatabaseForkReq{Label: "forked", Region: "lax", Plan: databaseLarger}))
	w.show("copies have labels, plans and regions of their own", restored.Label == "restored" && restored.Plan == databasePlan &&
		forked.Region == "lax" && forked.Plan == databaseLarger, forked)
	w.refused("a moment that is not kept", 400, "", third(w.Database.RestoreFromBackup(w.ctx, id,
		&govultr.DatabaseBackupRestoreReq{Label: "x", Type: "pitr", Date: "2020-01-01", Time: "00-00-00"})))
	replica := got(w.Database.AddReadOnlyReplica(w.ctx, id, &govultr.DatabaseAddReplicaReq{Region: "lax", Label: "reports"}))
	running(w, replica.ID)
	source := got(w.Database.Get(w.ctx, id))
	w.show("a read replica is told of, and has its source's user", len(source.ReadReplicas) == 1 &&
		source.ReadReplicas[0].ID == replica.ID && source.ReadReplicas[0].Password == source.Password, source.ReadReplicas)
	w.refused("a source that has replicas", 400, "", w.Database.Delete(w.ctx, id))
	done(w.Database.PromoteReadReplica(w.ctx, replica.ID))
	w.same("a promoted one follows nobody", len(got(w.Database.Get(w.ctx, id)).ReadReplicas), 0)
	for _, each := range []string{id, restored.ID, forked.ID, replica.ID} {
		done(w.Database.Delete(w.ctx, each))
	}
}

func databaseUpkeep(w *world) {
	id := database(w, "pg", "16", "orders")
	updates, _, err := w.Database.ListMaintenanceUpdates(w.ctx, id)
	done(err)
	w.same("an update waits", len(updates), 1)
	alerts, _, err := w.Database.ListServiceAlerts(w.ctx, id, &govultr.DatabaseListAlertsReq{Period: "month"})
	done(err)
	w.show("an alert tells when it is installed", len(alerts) == 1 && alerts[0].MessageType == "MAINTENANCE SCHEDULED" &&
		alerts[0].MaintenanceScheduled != "", alerts)
	w.show("maintenance begins", got1(w.Database.StartMaintenance(w.ctx, id)) != "")
	running(w, id)
	versions, _, err := w.Database.ListAvailableVersions(w.ctx, id)
	done(err)
	w.same("versions go up only", strings.Join(versions, " "), "17 18")
	w.show("an upgrade begins", got1(w.Database.StartVersionUpgrade(w.ctx, id, &govultr.DatabaseVersionUpgradeReq{Version: "18"})) != "")
	running(w, id)
	w.same("the new version reads back", got(w.Database.Get(w.ctx, id)).DatabaseEngineVersion, "18")
	on := true
	from := &govultr.DatabaseMigrationStartReq{Host: "db.example.com", Port: 5432, Username: "app", Password: "Horse-7", Database: "shop", SSL: &on}
	begun := got(w.Database.StartMigration(w.ctx, id, from))
	w.show("a migration begins", begun.Status == "pending" && begun.Credentials.Host == from.Host, begun)
	w.wait("a migration ends", func() bool { return got(w.Database.GetMigrationStatus(w.ctx, id)).Status == "complete" })
	w.refused("a second one", 400, "", third(w.Database.StartMigration(w.ctx, id, from)))
	done(w.Database.DetachMigration(w.ctx, id))
	w.gone("a migration", func() error { return third(w.Database.GetMigrationStatus(w.ctx, id)) })
	done(w.Database.Delete(w.ctx, id))
}

// got1 is the text of an answer.
func got1[R any](text string, _ R, err error) string {
	done(err)
	return text
}
