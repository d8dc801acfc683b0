//! Container registries. Made by `cargo xtask families`.

use api::registries::*;

use crate::Client;
use crate::call::{Call, Optional};

/// Container registries: see [`Client::registries`].
#[derive(Debug, Clone, Copy)]
pub struct Registries<'a>(&'a Client);

impl Client {
    /// Container registries.
    pub fn registries(&self) -> Registries<'_> {
        Registries(self)
    }
}

impl<'a> Registries<'a> {
    /// List container registries.
    pub fn list(self) -> Call<'a, ListRegistries> {
        Call::new(self.0, ListRegistries::default())
    }

    /// Create a container registry.
    pub fn create(self, request: impl Into<CreateRegistry>) -> Call<'a, CreateRegistry> {
        Call::new(self.0, request)
    }

    /// Get a container registry.
    pub fn get(self, request: impl Into<GetRegistry>) -> Call<'a, GetRegistry> {
        Call::new(self.0, request)
    }

    /// The same, with nothing instead of an error where there is no such thing.
    pub fn get_opt(self, request: impl Into<GetRegistry>) -> Optional<'a, GetRegistry> {
        self.get(request).opt()
    }

    /// Change who may pull from a registry, or its plan.
    pub fn update(self, request: impl Into<UpdateRegistry>) -> Call<'a, UpdateRegistry> {
        Call::new(self.0, request)
    }

    /// Delete a registry with all that was pushed to it.
    pub fn delete(self, request: impl Into<DeleteRegistry>) -> Call<'a, DeleteRegistry> {
        Call::new(self.0, request)
    }

    /// Make a robot for a registry, and get its credentials as Docker's `config.json`.
    pub fn create_docker_credentials(
        self,
        request: impl Into<CreateRegistryDockerCredentials>,
    ) -> Call<'a, CreateRegistryDockerCredentials> {
        Call::new(self.0, request)
    }

    /// Make a robot for a registry, and get its credentials as a Secret of Kubernetes, in YAML.
    pub fn create_kubernetes_credentials(
        self,
        request: impl Into<CreateRegistryKubernetesCredentials>,
    ) -> Call<'a, CreateRegistryKubernetesCredentials> {
        Call::new(self.0, request)
    }

    /// Change the password of a registry's root user.
    pub fn set_password(
        self,
        request: impl Into<UpdateRegistryPassword>,
    ) -> Call<'a, UpdateRegistryPassword> {
        Call::new(self.0, request)
    }
}

/// Plans of container registries: see [`Client::registry_plans`].
#[derive(Debug, Clone, Copy)]
pub struct RegistryPlans<'a>(&'a Client);

impl Client {
    /// Plans of container registries.
    pub fn registry_plans(&self) -> RegistryPlans<'_> {
        RegistryPlans(self)
    }
}

impl<'a> RegistryPlans<'a> {
    /// List the plans of container registries.
    pub fn list(self) -> Call<'a, ListRegistryPlans> {
        Call::new(self.0, ListRegistryPlans::default())
    }
}

/// Regions that container registries can be in: see [`Client::registry_regions`].
#[derive(Debug, Clone, Copy)]
pub struct RegistryRegions<'a>(&'a Client);

impl Client {
    /// Regions that container registries can be in.
    pub fn registry_regions(&self) -> RegistryRegions<'_> {
        RegistryRegions(self)
    }
}

impl<'a> RegistryRegions<'a> {
    /// List the regions that container registries can be in.
    pub fn list(self) -> Call<'a, ListRegistryRegions> {
        Call::new(self.0, ListRegistryRegions::default())
    }
}

/// Repositories of container registries: images of one name: see [`Client::repositorys`].
#[derive(Debug, Clone, Copy)]
pub struct Repositorys<'a>(&'a Client);

impl Client {
    /// Repositories of container registries: images of one name.
    pub fn repositorys(&self) -> Repositorys<'_> {
        Repositorys(self)
    }
}

impl<'a> Repositorys<'a> {
    /// List the repositories of a registry.
    pub fn list(self, request: impl Into<ListRepositories>) -> Call<'a, ListRepositories> {
        Call::new(self.0, request)
    }

    /// Get a repository of a registry.
    pub fn get(self, request: impl Into<GetRepository>) -> Call<'a, GetRepository> {
        Call::new(self.0, request)
    }

    /// The same, with nothing instead of an error where there is no such thing.
    pub fn get_opt(self, request: impl Into<GetRepository>) -> Optional<'a, GetRepository> {
        self.get(request).opt()
    }

    /// Describe a repository of a registry.
    pub fn update(self, request: impl Into<UpdateRepository>) -> Call<'a, UpdateRepository> {
        Call::new(self.0, request)
    }

    /// Delete a repository with its artifacts.
    pub fn delete(self, request: impl Into<DeleteRepository>) -> Call<'a, DeleteRepository> {
        Call::new(self.0, request)
    }
}

/// Artifacts: what was pushed to a repository, tagged or not: see [`Client::artifacts`].
#[derive(Debug, Clone, Copy)]
pub struct Artifacts<'a>(&'a Client);

impl Client {
    /// Artifacts: what was pushed to a repository, tagged or not.
    pub fn artifacts(&self) -> Artifacts<'_> {
        Artifacts(self)
    }
}

impl<'a> Artifacts<'a> {
    /// List the artifacts of a repository.
    pub fn list(self, request: impl Into<ListArtifacts>) -> Call<'a, ListArtifacts> {
        Call::new(self.0, request)
    }

    /// Get an artifact of a repository.
    pub fn get(self, request: impl Into<GetArtifact>) -> Call<'a, GetArtifact> {
        Call::new(self.0, request)
    }

    /// The same, with nothing instead of an error where there is no such thing.
    pub fn get_opt(self, request: impl Into<GetArtifact>) -> Optional<'a, GetArtifact> {
        self.get(request).opt()
    }

    /// Delete an artifact of a repository with its tags.
    pub fn delete(self, request: impl Into<DeleteArtifact>) -> Call<'a, DeleteArtifact> {
        Call::new(self.0, request)
    }
}

/// Robots: accounts of programs that pull from a registry, or push to it: see [`Client::robots`].
#[derive(Debug, Clone, Copy)]
pub struct Robots<'a>(&'a Client);

impl Client {
    /// Robots: accounts of programs that pull from a registry, or push to it.
    pub fn robots(&self) -> Robots<'_> {
        Robots(self)
    }
}

impl<'a> Robots<'a> {
    /// List the robots of a registry.
    pub fn list(self, request: impl Into<ListRobots>) -> Call<'a, ListRobots> {
        Call::new(self.0, request)
    }

    /// Get a robot of a registry.
    pub fn get(self, request: impl Into<GetRobot>) -> Call<'a, GetRobot> {
        Call::new(self.0, request)
    }

    /// The same, with nothing instead of an error where there is no such thing.
    pub fn get_opt(self, request: impl Into<GetRobot>) -> Optional<'a, GetRobot> {
        self.get(request).opt()
    }

    /// Describe a robot, switch it off, change how long it lasts or what it may do.
    pub fn update(self, request: impl Into<UpdateRobot>) -> Call<'a, UpdateRobot> {
        Call::new(self.0, request)
    }

    /// Delete a robot of a registry: its credentials stop working.
    pub fn delete(self, request: impl Into<DeleteRobot>) -> Call<'a, DeleteRobot> {
        Call::new(self.0, request)
    }
}

/// Replications of container registries to other regions: see [`Client::replications`].
#[derive(Debug, Clone, Copy)]
pub struct Replications<'a>(&'a Client);

impl Client {
    /// Replications of container registries to other regions.
    pub fn replications(&self) -> Replications<'_> {
        Replications(self)
    }
}

impl<'a> Replications<'a> {
    /// List the replications of a registry.
    pub fn list(self, request: impl Into<ListReplications>) -> Call<'a, ListReplications> {
        Call::new(self.0, request)
    }

    /// Replicate a registry to another region.
    pub fn create(self, request: impl Into<CreateReplication>) -> Call<'a, CreateReplication> {
        Call::new(self.0, request)
    }

    /// Get the replication of a registry to a region.
    pub fn get(self, request: impl Into<GetReplication>) -> Call<'a, GetReplication> {
        Call::new(self.0, request)
    }

    /// The same, with nothing instead of an error where there is no such thing.
    pub fn get_opt(self, request: impl Into<GetReplication>) -> Optional<'a, GetReplication> {
        self.get(request).opt()
    }

    /// Stop replicating a registry to a region.
    pub fn delete(self, request: impl Into<DeleteReplication>) -> Call<'a, DeleteReplication> {
        Call::new(self.0, request)
    }
}

/// Retention: which artifacts of a registry are kept: see [`Client::retentions`].
#[derive(Debug, Clone, Copy)]
pub struct Retentions<'a>(&'a Client);

impl Client {
    /// Retention: which artifacts of a registry are kept.
    pub fn retentions(&self) -> Retentions<'_> {
        Retentions(self)
    }
}

impl<'a> Retentions<'a> {
    /// List the rules that say which artifacts of a registry are kept.
    pub fn list(self, request: impl Into<ListRetentionRules>) -> Call<'a, ListRetentionRules> {
        Call::new(self.0, request)
    }

    /// Add a rule: what no rule of a repository keeps goes when the rules are carried out.
    pub fn create(self, request: impl Into<CreateRetentionRule>) -> Call<'a, CreateRetentionRule> {
        Call::new(self.0, request)
    }

    /// Get a retention rule of a registry.
    pub fn get(self, request: impl Into<GetRetentionRule>) -> Call<'a, GetRetentionRule> {
        Call::new(self.0, request)
    }

    /// The same, with nothing instead of an error where there is no such thing.
    pub fn get_opt(self, request: impl Into<GetRetentionRule>) -> Optional<'a, GetRetentionRule> {
        self.get(request).opt()
    }

    /// Switch a retention rule of a registry off or on.
    pub fn update(self, request: impl Into<UpdateRetentionRule>) -> Call<'a, UpdateRetentionRule> {
        Call::new(self.0, request)
    }

    /// Delete a retention rule of a registry.
    pub fn delete(self, request: impl Into<DeleteRetentionRule>) -> Call<'a, DeleteRetentionRule> {
        Call::new(self.0, request)
    }

    /// Say how often the rules of a registry are carried out.
    pub fn set_schedule(
        self,
        request: impl Into<UpdateRetentionSchedule>,
    ) -> Call<'a, UpdateRetentionSchedule> {
        Call::new(self.0, request)
    }

    /// Carry out the rules of a registry now: artifacts that none keeps are deleted.
    pub fn execute_rules(self, request: impl Into<ExecuteRetention>) -> Call<'a, ExecuteRetention> {
        Call::new(self.0, request)
    }
}
