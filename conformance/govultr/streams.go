package main

import (
	"github.com/vultr/govultr/v3"
)

const couchbase = "com.couchbase.connect.kafka.CouchbaseSinkConnector"

// kafka makes one of three nodes that runs, with Kafka Connect.
func kafka(w *world) string {
	on := true
	made := got(w.Database.Create(w.ctx, &govultr.DatabaseCreateReq{DatabaseEngine: "kafka", DatabaseEngineVersion: "4.1", Region: "ewr",
		Plan: "vultr-dbaas-business-3x-occ-so-2-200-4", Label: "events", EnableKafkaConnect: &on}))
	running(w, made.ID)
	return made.ID
}

func databaseStreams(w *world) {
	id := kafka(w)
	wanted := govultr.DatabaseTopic{Name: "orders", Partitions: 3, Replication: 2, RetentionHours: 160, RetentionBytes: -1}
	request := govultr.DatabaseTopicCreateReq(wanted)
	done(third(w.Database.CreateTopic(w.ctx, id, &request)))
	w.same("a topic reads back as it was made", *got(w.Database.GetTopic(w.ctx, id, "orders")), wanted)
	w.same("it is listed", rows(w.Database.ListTopics(w.ctx, id)), []govultr.DatabaseTopic{wanted})
	wanted.Partitions = 5
	w.same("zeros of a change keep what is", *got(w.Database.UpdateTopic(w.ctx, id, "orders", &govultr.DatabaseTopicUpdateReq{Partitions: 5})), wanted)
	w.refused("a topic that is there", 400, "already", third(w.Database.CreateTopic(w.ctx, id, &request)))
	w.refused("fewer partitions", 400, "partitions", third(w.Database.UpdateTopic(w.ctx, id, "orders", &govultr.DatabaseTopicUpdateReq{Partitions: 1})))

	limit := govultr.DatabaseQuota{ClientID: "app", User: "vultradmin", ConsumerByteRate: 12345, ProducerByteRate: 23456, RequestPercentage: 20}
	quota := govultr.DatabaseQuotaCreateReq(limit)
	done(third(w.Database.CreateQuota(w.ctx, id, &quota)))
	w.same("a quota reads back as it was made", *got(w.Database.GetQuota(w.ctx, id, "app", "vultradmin")), limit)
	w.same("it is listed", rows(w.Database.ListQuotas(w.ctx, id)), []govultr.DatabaseQuota{limit})
	limit.RequestPercentage = 40
	w.same("zeros of a change keep what is",
		*got(w.Database.UpdateQuota(w.ctx, id, "app", "vultradmin", &govultr.DatabaseQuotaUpdateReq{RequestPercentage: 40})), limit)
	quota.User = "nobody"
	w.refused("a quota of nobody", 400, "user", third(w.Database.CreateQuota(w.ctx, id, &quota)))
	done(w.Database.DeleteQuota(w.ctx, id, "app", "vultradmin"))
	w.gone("a quota", func() error { return third(w.Database.GetQuota(w.ctx, id, "app", "vultradmin")) })

	connectors(w, id)
	done(w.Database.DeleteTopic(w.ctx, id, "orders"))
	w.gone("a topic", func() error { return third(w.Database.GetTopic(w.ctx, id, "orders")) })
	done(third(w.Database.CreateUser(w.ctx, id, &govultr.DatabaseUserCreateReq{Username: "app"})))
	user := got(w.Database.UpdateUserACL(w.ctx, id, "app", &govultr.DatabaseUserACLReq{Permission: "readwrite"}))
	w.show("a user's permission reads back, without rules", user.Permission == "readwrite" && user.AccessControl == nil, user)
	done(w.Database.Delete(w.ctx, id))
}

func connectors(w *world, id string) {
	available := got(w.Database.ListAvailableConnectors(w.ctx, id))
	w.show("connectors that can be made are listed", has(available, func(c govultr.DatabaseAvailableConnector) bool {
		return c.Class == couchbase && c.Type == "sink" && c.Version != ""
	}), available)
	told := got(w.Database.GetConnectorConfigurationSchema(w.ctx, id, couchbase))
	w.show("what they can be told is listed", has(told, func(o govultr.DatabaseConnectorConfigurationOption) bool {
		return o.Name == "couchbase.seed.nodes" && o.Required && o.Type == "LIST"
	}), told)
	config := map[string]any{"couchbase.seed.nodes": "db.example.com", "tasks.max": float64(2)}
	made := got(w.Database.CreateConnector(w.ctx, id,
		&govultr.DatabaseConnectorCreateReq{Name: "search", Class: couchbase, Topics: "orders", Config: config}))
	w.same("a connector is told what it was told, and nothing else", made.Config, config)
	w.same("it reads back", *got(w.Database.GetConnector(w.ctx, id, "search")), *made)
	w.same("it is listed", rows(w.Database.ListConnectors(w.ctx, id)), []govultr.DatabaseConnector{*made})
	states := func(wanted string) func() bool {
		return func() bool {
			found := got(w.Database.GetConnectorStatus(w.ctx, id, "search"))
			return found.State == wanted && len(found.Tasks) == 2 && found.Tasks[1].ID == 1 && found.Tasks[1].State == wanted
		}
	}
	w.wait("it runs with its tasks", states("RUNNING"))
	done(w.Database.PauseConnector(w.ctx, id, "search"))
	w.wait("it is paused", states("PAUSED"))
	done(w.Database.ResumeConnector(w.ctx, id, "search"))
	w.wait("it goes on", states("RUNNING"))
	done(w.Database.RestartConnector(w.ctx, id, "search"))
	done(w.Database.RestartConnectorTask(w.ctx, id, "search", 1))
	w.wait("and is restarted", states("RUNNING"))
	w.refused("a task that is none", 404, "Invalid task ID", w.Database.RestartConnectorTask(w.ctx, id, "search", 2))
	changed := got(w.Database.UpdateConnector(w.ctx, id, "search", &govultr.DatabaseConnectorUpdateReq{Topics: "orders,returns"}))
	w.show("a change keeps the rest", changed.Topics == "orders,returns" && len(changed.Config) == 2, changed)
	w.refused("a connector of an unknown class", 400, "class", third(w.Database.CreateConnector(w.ctx, id,
		&govultr.DatabaseConnectorCreateReq{Name: "none", Class: "org.example.None", Topics: "orders"})))
	done(w.Database.DeleteConnector(w.ctx, id, "search"))
	w.gone("a connector", func() error { return third(w.Database.GetConnector(w.ctx, id, "search")) })
}

// named finds an option among all.
func named(all []govultr.AvailableOption, name string) govultr.AvailableOption {
	for _, option := range all {
		if option.Name == name {
			return option
		}
	}
	return govultr.AvailableOption{}
}

func databaseOptions(w *world) {
	off, on := false, true
	pg := database(w, "pg", "17", "tuned")
	set, all, _, err := w.Database.ListAdvancedOptions(w.ctx, pg)
	done(err)
	naptime := named(all, "autovacuum_naptime")
	w.show("options are listed with their bounds", len(all) > 40 && *naptime.MinValue == 1 && *naptime.MaxValue == 86400 &&
		naptime.Units == "seconds" && set.AutovacuumNaptime == 0, naptime)
	set, _, _, err = w.Database.UpdateAdvancedOptions(w.ctx, pg, &govultr.DatabaseAdvancedOptions{
		AutovacuumNaptime: 30, AutovacuumVacuumScaleFactor: 0.25, Jit: &off, PGStateStatementsTrack: "all", TrackIOTiming: "on"})
	done(err)
	w.show("what is set reads back", set.AutovacuumNaptime == 30 && set.AutovacuumVacuumScaleFactor == 0.25 && !*set.Jit &&
		set.PGStateStatementsTrack == "all" && set.TrackIOTiming == "on", set)
	_, _, _, err = w.Database.UpdateAdvancedOptions(w.ctx, pg, &govultr.DatabaseAdvancedOptions{AutovacuumNaptime: 86401})
	w.refused("a value beyond the bounds", 400, "autovacuum_naptime", err)
	_, _, _, err = w.Database.UpdateAdvancedOptions(w.ctx, pg, &govultr.DatabaseAdvancedOptions{SortBufferSize: 65536})
	w.refused("another engine's option", 400, "sort_buffer_size", err)
	_, _, _, err = w.Database.ListKafkaRESTAdvancedOptions(w.ctx, pg)
	w.refused("what is beside Kafka, of another engine", 400, "not available for the database engine", err)
	done(w.Database.Delete(w.ctx, pg))

	id := kafka(w)
	_, _, _, err = w.Database.ListKafkaRESTAdvancedOptions(w.ctx, id)
	done(err)
	rest, _, _, err := w.Database.UpdateKafkaRESTAdvancedOptions(w.ctx, id, &govultr.DatabaseKafkaRESTAdvancedOptions{ProducerAcks: "all", ConsumerEnableAutoCommit: &off})
	done(err)
	w.show("Kafka REST's options read back", rest.ProducerAcks == "all" && !*rest.ConsumerEnableAutoCommit, rest)
	_, _, _, err = w.Database.ListSchemaRegistryAdvancedOptions(w.ctx, id)
	done(err)
	registry, _, _, err := w.Database.UpdateSchemaRegistryAdvancedOptions(w.ctx, id, &govultr.DatabaseSchemaRegistryAdvancedOptions{LeaderEligibility: &on})
	done(err)
	w.show("the schema registry's options read back", *registry.LeaderEligibility && registry.SchemaReaderStrictMode == nil, registry)
	_, _, _, err = w.Database.ListKafkaConnectAdvancedOptions(w.ctx, id)
	done(err)
	connect, _, _, err := w.Database.UpdateKafkaConnectAdvancedOptions(w.ctx, id, &govultr.DatabaseKafkaConnectAdvancedOptions{ConsumerMaxPollRecords: 100})
	done(err)
	w.same("Kafka Connect's options read back", connect.ConsumerMaxPollRecords, 100)
	_, _, _, err = w.Database.UpdateKafkaConnectAdvancedOptions(w.ctx, id, &govultr.DatabaseKafkaConnectAdvancedOptions{ConsumerMaxPollRecords: 10001})
	w.refused("a value beyond the bounds", 400, "consumer_max_poll_records", err)
	done(w.Database.Delete(w.ctx, id))
}
