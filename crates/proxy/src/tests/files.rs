//! What is kept in the directory: the CA and the files that clients are pointed to.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::time::Duration;

use proxy::{Ca, write_trust_files};

use super::support::{DOMAINS, now, variables};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

fn self_signed(name: &str) -> String {
    rcgen::generate_simple_self_signed(vec![name.to_owned()]).unwrap().cert.pem()
}

fn certificates(path: &Path) -> Vec<Vec<u8>> {
    let blocks = pem::parse_many(fs::read(path).unwrap()).unwrap();
    assert!(blocks.iter().all(|block| block.tag() == "CERTIFICATE"), "{blocks:?}");
    blocks.into_iter().map(pem::Pem::into_contents).collect()
}

#[test]
fn the_ca_is_made_once_and_its_key_is_for_its_owner_alone() {
    let parent = tempfile::tempdir().unwrap();
    let directory = parent.path().join("made/on/first/use");
    let first = Ca::open(&directory, &DOMAINS, now()).unwrap();
    let again = Ca::open(&directory, &DOMAINS, now() + 300 * DAY).unwrap();
    assert_eq!(first.certificate(), again.certificate());
    assert_eq!(mode(&directory), 0o700);
    assert_eq!(mode(&directory.join("ca-key.pem")), 0o600);
    let public = fs::read_to_string(directory.join("ca.pem")).unwrap();
    assert_eq!(public, first.certificate_pem());
    let key_holders: Vec<_> = fs::read_dir(&directory)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| fs::read_to_string(path).unwrap().contains("PRIVATE KEY"))
        .collect();
    assert_eq!(key_holders, [directory.join("ca-key.pem")]);
}

#[test]
fn the_ca_is_for_its_domains_and_says_so_critically() {
    let directory = tempfile::tempdir().unwrap();
    let ca = Ca::open(directory.path(), &DOMAINS, now()).unwrap();
    let (_, parsed) = x509_parser::parse_x509_certificate(ca.certificate()).unwrap();
    let constraints = parsed.name_constraints().unwrap().unwrap();
    assert_eq!(constraints.value.permitted_subtrees.as_ref().unwrap().len(), DOMAINS.len());
    assert!(constraints.critical);
    let name = parsed.subject().iter_common_name().next().unwrap().as_str().unwrap();
    assert_eq!(name, "Kettle local CA (vultr.com, vultrobjects.com only)");
    let basic = parsed.basic_constraints().unwrap().unwrap();
    assert!(basic.critical && basic.value.ca);
    assert_eq!(basic.value.path_len_constraint, Some(0));
}

#[test]
fn the_ca_is_renewed_before_a_leaf_could_outlive_it() {
    let directory = tempfile::tempdir().unwrap();
    let first = Ca::open(directory.path(), &DOMAINS, now()).unwrap();
    let (_, parsed) = x509_parser::parse_x509_certificate(first.certificate()).unwrap();
    let until = parsed.validity().not_after.timestamp();
    let until = std::time::UNIX_EPOCH + Duration::from_secs(until.try_into().unwrap());
    let kept = Ca::open(directory.path(), &DOMAINS, until - 61 * DAY).unwrap();
    assert_eq!(first.certificate(), kept.certificate());
    let renewed = Ca::open(directory.path(), &DOMAINS, until - 59 * DAY).unwrap();
    assert_ne!(first.certificate(), renewed.certificate());
    let public = fs::read_to_string(directory.path().join("ca.pem")).unwrap();
    assert_eq!(public, renewed.certificate_pem());
}

#[test]
fn a_ca_that_may_speak_for_too_little_is_renewed_and_one_for_more_is_kept() {
    let directory = tempfile::tempdir().unwrap();
    let narrow = Ca::open(directory.path(), &DOMAINS[..1], now()).unwrap();
    let wide = Ca::open(directory.path(), &DOMAINS, now()).unwrap();
    assert_ne!(narrow.certificate(), wide.certificate());
    let public = fs::read_to_string(directory.path().join("ca.pem")).unwrap();
    assert_eq!(public, wide.certificate_pem());
    for domains in [&DOMAINS[..], &DOMAINS[1..]] {
        let again = Ca::open(directory.path(), domains, now()).unwrap();
        assert_eq!(wide.certificate(), again.certificate());
    }
}

#[test]
fn those_who_make_it_at_once_get_the_same() {
    let directory = tempfile::tempdir().unwrap();
    let made: BTreeSet<Vec<u8>> = std::thread::scope(|scope| {
        let open = || Ca::open(directory.path(), &DOMAINS, now()).unwrap().certificate().to_vec();
        let threads: Vec<_> = (0..16).map(|_| scope.spawn(open)).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    assert_eq!(made.len(), 1);
}

#[test]
fn a_key_that_others_could_read_is_not_used_again() {
    let directory = tempfile::tempdir().unwrap();
    let first = Ca::open(directory.path(), &DOMAINS, now()).unwrap();
    let key = directory.path().join("ca-key.pem");
    fs::set_permissions(&key, fs::Permissions::from_mode(0o640)).unwrap();
    let second = Ca::open(directory.path(), &DOMAINS, now()).unwrap();
    assert_ne!(first.certificate(), second.certificate());
    assert_eq!(mode(&key), 0o600);
}

/// As earlier ones wrote it, by the library that they had for it.
#[test]
fn a_ca_that_another_library_wrote_is_used_further_if_the_key_is_its_own() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("ca-key.pem");
    let made = rcgen::generate_simple_self_signed(vec!["vultr.com".to_owned()]).unwrap();
    let write = |key: &rcgen::KeyPair| {
        fs::write(&path, key.serialize_pem().replace('\n', "\r\n") + &made.cert.pem()).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
    };
    write(&made.signing_key);
    let ca = Ca::open(directory.path(), &DOMAINS, now()).unwrap();
    assert_eq!(ca.certificate(), made.cert.der());
    write(&rcgen::KeyPair::generate().unwrap());
    let error = Ca::open(directory.path(), &DOMAINS, now()).err().unwrap().to_string();
    assert!(error.contains("its certificate is that of another key"), "{error}");
}

#[test]
fn a_damaged_ca_is_an_error_that_says_what_to_do() {
    let directory = tempfile::tempdir().unwrap();
    let first = Ca::open(directory.path(), &DOMAINS, now()).unwrap();
    let key = directory.path().join("ca-key.pem");
    // Keeps its permissions: only the content is wrong.
    fs::write(&key, first.certificate_pem()).unwrap();
    let error = Ca::open(directory.path(), &DOMAINS, now()).err().unwrap().to_string();
    assert!(error.contains("ca-key.pem") && error.contains("PRIVATE KEY"), "{error}");
    assert!(error.contains("move it away"), "{error}");
}

#[test]
fn each_variable_keeps_what_it_named_and_gains_the_ca() {
    let directory = tempfile::tempdir().unwrap();
    let ca = Ca::open(directory.path(), &DOMAINS, now()).unwrap();
    let [general, python] = ["general", "python"].map(|name| {
        let path = directory.path().join(name);
        // A key that lies in the same file must not be copied.
        let key = rcgen::KeyPair::generate().unwrap().serialize_pem();
        fs::write(&path, format!("a comment\n{}{key}", self_signed(name))).unwrap();
        path
    });
    let callers = variables(&[
        ("SSL_CERT_FILE", general.to_str().unwrap()),
        ("REQUESTS_CA_BUNDLE", python.to_str().unwrap()),
    ]);
    let files = write_trust_files(directory.path(), &ca, &callers).unwrap();
    let certificate = |path: &Path| {
        let blocks = pem::parse_many(fs::read(path).unwrap()).unwrap();
        blocks[0].contents().to_vec()
    };
    let own = ca.certificate().to_vec();
    for variable in ["SSL_CERT_FILE", "CURL_CA_BUNDLE", "PERL_LWP_SSL_CA_FILE"] {
        let expected = [certificate(&general), own.clone()];
        assert_eq!(certificates(&files[variable]), expected, "{variable}");
    }
    let expected = [certificate(&python), own.clone()];
    assert_eq!(certificates(&files["REQUESTS_CA_BUNDLE"]), expected);
    assert_eq!(certificates(&files["NODE_EXTRA_CA_CERTS"]), [own]);
    for left_alone in ["NIX_SSL_CERT_FILE", "AWS_CA_BUNDLE"] {
        assert!(!files.contains_key(left_alone), "nobody has set {left_alone}");
    }
    let aws = variables(&[("AWS_CA_BUNDLE", python.to_str().unwrap())]);
    let files = write_trust_files(directory.path(), &ca, &aws).unwrap();
    assert_eq!(certificates(&files["AWS_CA_BUNDLE"]), expected);
    assert!(files.values().all(|path| path.is_absolute()));
}

#[test]
fn runs_within_runs_and_directories_of_certificates_work() {
    let directory = tempfile::tempdir().unwrap();
    let ca = Ca::open(directory.path(), &DOMAINS, now()).unwrap();
    let folder = directory.path().join("folder");
    fs::create_dir(&folder).unwrap();
    fs::write(folder.join("a.pem"), self_signed("a")).unwrap();
    fs::write(folder.join("b.pem"), self_signed("b")).unwrap();
    fs::write(folder.join("README"), "-----BEGIN nonsense").unwrap();
    let callers = variables(&[("SSL_CERT_FILE", folder.to_str().unwrap())]);
    let outer = write_trust_files(directory.path(), &ca, &callers).unwrap();
    assert_eq!(certificates(&outer["SSL_CERT_FILE"]).len(), 3);
    let inherited = outer
        .iter()
        .map(|(name, path)| ((*name).to_owned(), path.to_str().unwrap().to_owned()))
        .collect();
    let inner = write_trust_files(directory.path(), &ca, &inherited).unwrap();
    assert_eq!(inner, outer);
}

#[test]
fn a_file_of_the_callers_that_cannot_be_read_is_named_with_its_variable() {
    let directory = tempfile::tempdir().unwrap();
    let ca = Ca::open(directory.path(), &DOMAINS, now()).unwrap();
    let callers = variables(&[("CURL_CA_BUNDLE", "/nowhere/ca.pem")]);
    let error = write_trust_files(directory.path(), &ca, &callers).unwrap_err().to_string();
    assert!(error.contains("CURL_CA_BUNDLE") && error.contains("/nowhere/ca.pem"), "{error}");
}
