#!/usr/bin/env perl
# The 39 calls that API v1 had at first, made with LWP as the oldest Perl client makes them: the key as api_key in every query,
# also of a POST; parameters of a POST in a form; each call in two modes, the whole HTTP::Response, or a string: the body, the
# status line where that is empty. Its start goes to server/reverse_start.
#
# Each line says what it shows. A failed check ends its family, the others go on. It must never repair an answer.
use strict;
use warnings;
use B ();
use JSON::PP;
use LWP::UserAgent;
use URI;

my $BASE  = 'https://api.vultr.com/v1/';
my $KEY   = $ENV{VULTR_API_KEY};
my $AGENT = LWP::UserAgent->new(timeout => 30);
# What the documentation's examples order: not sold any more, so not listed, but still known.
my ($DCID, $PLAN, $CENTOS, $UBUNTU) = (1, 1, 127, 148);
my ($LISTED_PLAN, $LISTED_OS) = (201, 1743);

# Name of each call -> its method and its path, where that is not the name with its first underscore as the slash.
my %CALLS = (
    (map { $_ => ['GET'] } qw(
        account_info os_list iso_list plans_list regions_availability regions_list server_bandwidth server_list server_list_ipv4
        server_list_ipv6 server_os_change_list server_reverse_list_ipv6 snapshot_list sshkey_list startupscript_list)),
    (map { $_ => ['POST'] } qw(
        server_create server_destroy server_create_ipv4 server_destroy_ipv4 server_halt server_label_set server_reboot
        server_reinstall server_restore_backup server_restore_snapshot server_reverse_default_ipv4 server_reverse_delete_ipv6
        server_reverse_set_ipv4 server_reverse_set_ipv6 snapshot_create snapshot_destroy sshkey_create sshkey_destroy
        sshkey_update startupscript_create startupscript_destroy startupscript_update)),
    os_change    => ['POST', 'server/os_change'],
    server_start => ['POST', 'server/reverse_start'],
);
my (%called, $family);
my ($shown, $failed) = (0, 0);

# ---- The client

sub this_get {
    my ($path, $mode, %params) = @_;
    my $uri = URI->new($BASE . $path);
    $uri->query_form(api_key => $KEY, %params);
    return answered($AGENT->get($uri), $mode);
}

sub this_post {
    my ($path, $mode, %params) = @_;
    my $uri = URI->new($BASE . $path);
    $uri->query_form(api_key => $KEY);
    return answered($AGENT->post($uri, \%params), $mode);
}

sub answered {
    my ($response, $mode) = @_;
    return $response if $mode ne 'str';
    my $text = $response->decoded_content;
    return defined $text && length $text ? $text : $response->status_line;
}

sub call {
    my ($name, $mode, %params) = @_;
    my ($method, $path) = @{ $CALLS{$name} or die "no call $name\n" };
    ($path = $name) =~ s{_}{/} unless $path;
    $called{$name} = 1;
    return $method eq 'GET' ? this_get($path, $mode, %params) : this_post($path, $mode, %params);
}

sub str  { my ($name, %params) = @_; return call($name, 'str', %params) }
sub http { my ($name, %params) = @_; return call($name, '', %params) }

# The JSON of an answer that must be 200.
sub data {
    my ($name, %params) = @_;
    my $response = http($name, %params);
    die $name, ': ', $response->status_line, ': ', $response->decoded_content, "\n" unless $response->code == 200;
    return decode_json($response->content);
}

# ---- Checks

sub show {
    my ($what, $holds, $detail) = @_;
    die $what, defined $detail ? ": $detail" : '', "\n" unless $holds;
    $shown++;
    print "ok    $family: $what\n";
}

sub same { my ($what, $found, $wanted) = @_; show($what, $found eq $wanted, "found '$found', wanted '$wanted'") }

# An action answers 200 with nothing: as a string, the status line.
sub done { my ($name, %params) = @_; same("$name answers the status line, its body being empty", str($name, %params), '200 OK') }

# A refusal: 412 and a sentence as plain text.
sub refused {
    my ($what, $says, $name, %params) = @_;
    my $response = http($name, %params);
    my $text = $response->decoded_content;
    same("$what is refused with 412", $response->code, 412);
    show("$what: the body says so in plain text", $text =~ /$says/ && $text !~ /^\s*[{\[<]/, $text);
}

# s: string, n: number, b: true or false, a: array, o: object, 0: null; what JSON has, not what Perl makes of it.
sub kind {
    my ($value) = @_;
    return '0' unless defined $value;
    return 'b' if JSON::PP::is_bool($value);
    return ref $value eq 'ARRAY' ? 'a' : 'o' if ref $value;
    return B::svref_2object(\$value)->FLAGS & B::SVf_POK ? 's' : 'n';
}

# An object has these keys at least, with values of these kinds: 'SUBID:s size:n'; those of the documentation's example.
sub shaped {
    my ($what, $object, $shape) = @_;
    for (split ' ', $shape) {
        my ($key, $kinds) = /^(\w+):(\w+)$/ or die "bad shape $_\n";
        die "$what: no $key\n" unless exists $object->{$key};
        my $kind = kind($object->{$key});
        die "$what: $key is of kind $kind, not $kinds\n" unless index($kinds, $kind) >= 0;
    }
    show("$what has the example's keys, of its types", 1);
}

sub wait_for {
    my ($what, $probe) = @_;
    my $end = time + 30;
    while (time < $end) {
        my $found = $probe->();
        if ($found) { show($what, 1); return $found }
        select undef, undef, undef, 0.05;
    }
    die "$what: not within 30 s\n";
}

# ---- Families

sub server { return data('server_list', SUBID => shift) }

sub up {
    my ($what, $subid) = @_;
    return wait_for($what, sub { my $it = server($subid); $it->{status} eq 'active' && $it->{server_state} eq 'ok' && $it });
}

sub created {
    my $subid = data('server_create', DCID => $DCID, VPSPLANID => $PLAN, OSID => $CENTOS, @_)->{SUBID};
    up('a server becomes active', $subid);
    return $subid;
}

sub destroyed {
    my ($subid) = @_;
    done('server_destroy', SUBID => $subid);
    wait_for('it is gone', sub { my $all = data('server_list'); ref $all eq 'ARRAY' || !exists $all->{$subid} });
}

sub access {
    my $key = $KEY;
    for my $wrong ('WRONG', '') {
        $KEY = $wrong;
        same('a key that is ' . ($wrong || 'none') . ' is refused with 403', http('account_info')->code, 403);
    }
    same('public calls need no key', http('regions_list')->code, 200);
    $KEY = $key;
    same('a path that is none is refused with 400', this_get('server/nothing', '')->code,                 400);
    same('a GET that must be a POST with 405',      this_get('server/halt', '', SUBID => 576965)->code,   405);
    same('a POST that must be a GET with 405',      this_post('os/list', '')->code,                       405);
    show('both modes read the same', str('os_list') eq http('os_list')->decoded_content);
}

sub catalogue {
    shaped('account_info', data('account_info'), 'balance:s pending_charges:s last_payment_date:s0 last_payment_amount:s');
    shaped('os_list',      data('os_list')->{$LISTED_OS}, 'OSID:s name:s arch:s family:s windows:b');
    shaped('plans_list',   data('plans_list')->{$LISTED_PLAN},
        'VPSPLANID:s name:s vcpu_count:s ram:s disk:s bandwidth:s price_per_month:s windows:b');
    shaped('regions_list', data('regions_list')->{$DCID}, 'DCID:s name:s country:s continent:s state:s');
    same('DCID 1 is New Jersey', join('/', @{ data('regions_list')->{1} }{qw(name country state)}), 'New Jersey/US/NJ');
    my $plans = data('regions_availability', DCID => $DCID);
    show('regions_availability is an array of numbers', @$plans && !grep { kind($_) ne 'n' } @$plans);
    refused('availability of no region', 'DCID', 'regions_availability');
    same('iso_list with no ISOs is an empty array', str('iso_list'), '[]');
    # The seed has no call that makes one; the client's general post does.
    my $made = decode_json(this_post('iso/create_from_url', 'str', url => 'https://images.example/CentOS-6.5-x86_64-minimal.iso'))->{ISOID};
    my $iso = wait_for('an ISO is fetched', sub { my $it = data('iso_list')->{$made}; ($it->{status} // 'complete') eq 'complete' && $it });
    shaped('iso_list', $iso, 'ISOID:n date_created:s filename:s size:n md5sum:s');
    same('an ISO is destroyed', this_post('iso/destroy', 'str', ISOID => $made), '200 OK');
}

sub keys_ {
    same('sshkey_list with no keys is an empty array', str('sshkey_list'), '[]');
    my $made = data('sshkey_create', name => 'test SSH key', ssh_key => 'ssh-rsa AAAAB3NzaC1yc2E test@example.com');
    shaped('sshkey_create', $made, 'SSHKEYID:s');
    my $id = $made->{SSHKEYID};
    show('SSHKEYID is 13 hex digits', $id =~ /^[0-9a-f]{13}$/, $id);
    # The example's date is null; Kettle knows it.
    shaped('sshkey_list', data('sshkey_list')->{$id}, 'SSHKEYID:s date_created:s0 name:s ssh_key:s');
    done('sshkey_update', SSHKEYID => $id, name => 'new key name');
    my $key = data('sshkey_list')->{$id};
    same('only the name is changed', "$key->{name}/$key->{ssh_key}", 'new key name/ssh-rsa AAAAB3NzaC1yc2E test@example.com');
    refused('a key without a name', 'name', 'sshkey_create', ssh_key => 'ssh-rsa AAAAB3NzaC1yc2E a@b');
    done('sshkey_destroy', SSHKEYID => $id);
    refused('destroying it again', 'SSH', 'sshkey_destroy', SSHKEYID => $id);
    same('none is left', str('sshkey_list'), '[]');
}

sub scripts {
    same('startupscript_list with no scripts is an empty array', str('startupscript_list'), '[]');
    my $text = "#!/bin/bash\necho hello world > /root/hello";
    my $made = data('startupscript_create', name => 'my first script', script => $text);
    shaped('startupscript_create', $made, 'SCRIPTID:n');
    my $id = $made->{SCRIPTID};
    my $script = data('startupscript_list')->{$id};
    shaped('startupscript_list', $script, 'SCRIPTID:s date_created:s date_modified:s name:s type:s script:s');
    # LWP ends lines with CR LF in forms, as HTML says; the server keeps what was sent.
    (my $sent = $text) =~ s/\n/\r\n/;
    same('the script comes back as it was sent, of type boot', "$script->{type}/$script->{script}", "boot/$sent");
    done('startupscript_update', SCRIPTID => $id, name => 'other');
    $script = data('startupscript_list')->{$id};
    same('only the name is changed', "$script->{name}/$script->{script}", "other/$sent");
    refused('a type that is none', 'type', 'startupscript_create', name => 'x', script => 'x', type => 'floppy');
    done('startupscript_destroy', SCRIPTID => $id);
    same('none is left', str('startupscript_list'), '[]');
}

sub life {
    same('server_list with no servers is an empty array', str('server_list'), '[]');
    my $key    = data('sshkey_create', name => 'k', ssh_key => 'ssh-rsa AAAAB3NzaC1yc2E a@b')->{SSHKEYID};
    my $script = data('startupscript_create', name => 's', script => '#!/bin/sh')->{SCRIPTID};
    my $made   = data('server_create', DCID => $DCID, VPSPLANID => $PLAN, OSID => $CENTOS);
    shaped('server_create', $made, 'SUBID:s');
    up('it becomes active', $made->{SUBID});
    destroyed($made->{SUBID});
    my $subid = created(label => 'my new server', SSHKEYID => "$key", SCRIPTID => $script, enable_ipv6 => 'yes',
        enable_private_network => 'yes', auto_backups => 'yes');
    my $it = data('server_list')->{$subid};
    shaped('server_list', $it, 'SUBID:s os:s ram:s disk:s main_ip:s vcpu_count:s location:s DCID:s default_password:s date_created:s
        pending_charges:s status:s cost_per_month:s current_bandwidth_gb:n allowed_bandwidth_gb:s netmask_v4:s gateway_v4:s
        power_status:s VPSPLANID:s v6_network:s v6_main_ip:s v6_network_size:s label:s internal_ip:s kvm_url:s auto_backups:s');
    shaped('server_list of one SUBID is the bare object and', server($subid), 'SUBID:s label:s');
    same('it has what was asked for', join('/', @$it{qw(label os DCID VPSPLANID auto_backups)}), 'my new server/CentOS 6 x64/1/1/yes');
    show('it has a private address', $it->{internal_ip} =~ /^10\./, $it->{internal_ip});
    show('the date is v1\'s', $it->{date_created} =~ /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/, $it->{date_created});
    done('server_label_set', SUBID => $subid, label => 'another & more');
    same('the label is changed', server($subid)->{label}, 'another & more');
    done('server_halt', SUBID => $subid);
    wait_for('it halts', sub { server($subid)->{power_status} eq 'stopped' });
    done('server_start', SUBID => $subid);
    wait_for('server/reverse_start starts it', sub { server($subid)->{power_status} eq 'running' });
    done('server_reboot', SUBID => $subid);
    up('it is back after a reboot', $subid);
    my $traffic = data('server_bandwidth', SUBID => $subid);
    shaped('server_bandwidth', $traffic, 'incoming_bytes:a outgoing_bytes:a');
    for my $day (@{ $traffic->{incoming_bytes} }, @{ $traffic->{outgoing_bytes} }) {
        same('a day of traffic is a date and a count, both strings', join('', map { kind($_) } @$day), 'ss');
    }
    destroyed($subid);
    refused('destroying it again', '^Invalid server', 'server_destroy', SUBID => $subid);
    done('sshkey_destroy', SSHKEYID => $key);
    done('startupscript_destroy', SCRIPTID => $script);
}

sub systems {
    my $subid = created();
    my $offered = data('server_os_change_list', SUBID => $subid)->{$LISTED_OS};
    shaped('server_os_change_list', $offered, 'OSID:s name:s arch:s family:s windows:b surcharge:s');
    done('os_change', SUBID => $subid, OSID => $UBUNTU);
    wait_for('it has the other system', sub { server($subid)->{os} eq 'Ubuntu 12.04 i386' });
    my $before = up('it is up with it', $subid);
    done('server_reinstall', SUBID => $subid);
    my $after = up('it is up when installed again', $subid);
    same('at the same address', $after->{main_ip}, $before->{main_ip});
    refused('a system that is none', 'OSID', 'os_change', SUBID => $subid, OSID => 999999);
    destroyed($subid);
    refused('a server without a plan', 'VPSPLANID', 'server_create', DCID => $DCID, OSID => $CENTOS);
    refused('a region that is no number', 'DCID', 'server_create', DCID => 'east', VPSPLANID => $PLAN, OSID => $CENTOS);
    same('and nothing was made', str('server_list'), '[]');
}

sub ipv4 {
    my $subid = created();
    my $list = sub { data('server_list_ipv4', SUBID => $subid)->{$subid} };
    shaped('server_list_ipv4', $list->()->[0], 'ip:s netmask:s gateway:s type:s reverse:s');
    done('server_create_ipv4', SUBID => $subid, reboot => 'no');
    my ($second) = @{ wait_for('it has a second address', sub { my @all = grep { $_->{type} eq 'secondary_ip' } @{ $list->() }; @all && \@all }) };
    my $reverse = sub { (grep { $_->{ip} eq $second->{ip} } @{ $list->() })[0]{reverse} };
    done('server_reverse_set_ipv4', SUBID => $subid, ip => $second->{ip}, entry => 'host1.example.com');
    same('the reverse name is set', $reverse->(), 'host1.example.com');
    done('server_reverse_default_ipv4', SUBID => $subid, ip => $second->{ip});
    same('and what it was', $reverse->(), $second->{reverse});
    done('server_destroy_ipv4', SUBID => $subid, ip => $second->{ip});
    wait_for('it has one address', sub { @{ $list->() } == 1 });
    refused('an address that is not its own', '^Invalid IP address', 'server_destroy_ipv4', SUBID => $subid, ip => '192.0.2.77');
    destroyed($subid);
}

sub ipv6 {
    my $subid = created(enable_ipv6 => 'yes');
    my $address = data('server_list_ipv6', SUBID => $subid)->{$subid}[0];
    shaped('server_list_ipv6', $address, 'ip:s network:s network_size:s type:s');
    done('server_reverse_set_ipv6', SUBID => $subid, ip => $address->{ip}, entry => 'host1.example.com');
    my $entries = data('server_reverse_list_ipv6', SUBID => $subid)->{$subid};
    shaped('server_reverse_list_ipv6', $entries->[0], 'ip:s reverse:s');
    same('it has the one entry', join('/', scalar @$entries, $entries->[0]{reverse}), '1/host1.example.com');
    done('server_reverse_delete_ipv6', SUBID => $subid, ip => $address->{ip});
    my $left = data('server_reverse_list_ipv6', SUBID => $subid);
    show('and none', ref $left eq 'ARRAY' || !@{ $left->{$subid} });
    destroyed($subid);
}

sub snapshots {
    same('snapshot_list with no snapshots is an empty array', str('snapshot_list'), '[]');
    my $subid = created();
    my $made = data('snapshot_create', SUBID => $subid, description => 'Test snapshot');
    shaped('snapshot_create', $made, 'SNAPSHOTID:s');
    my $id = $made->{SNAPSHOTID};
    show('SNAPSHOTID is 13 hex digits', $id =~ /^[0-9a-f]{13}$/, $id);
    my $it = wait_for('it completes', sub { my $it = data('snapshot_list')->{$id}; $it->{status} eq 'complete' && $it });
    shaped('snapshot_list', $it, 'SNAPSHOTID:s date_created:s description:s size:s status:s');
    same('its description is what was sent', $it->{description}, 'Test snapshot');
    done('server_restore_snapshot', SUBID => $subid, SNAPSHOTID => $id);
    up('the server is up when restored', $subid);
    refused('a snapshot that is none', 'napshot', 'server_restore_snapshot', SUBID => $subid, SNAPSHOTID => '544e52f31c706');
    refused('a backup that is none', '^Invalid backup', 'server_restore_backup', SUBID => $subid, BACKUPID => '543d34149403a');
    done('snapshot_destroy', SNAPSHOTID => $id);
    wait_for('none is left', sub { str('snapshot_list') eq '[]' });
    destroyed($subid);
}

# ---- All of them

my @FAMILIES = (
    ['access', \&access], ['catalogue', \&catalogue], ['ssh keys', \&keys_], ['startup scripts', \&scripts], ['server life', \&life],
    ['server systems', \&systems], ['server IPv4', \&ipv4], ['server IPv6', \&ipv6], ['snapshot', \&snapshots],
);

$| = 1;
for (@FAMILIES) {
    my $run;
    ($family, $run) = @$_;
    next if @ARGV && !grep { $_ eq $family } @ARGV;
    next if eval { $run->(); 1 };
    chomp(my $fault = $@);
    print "FAIL  $family: $fault\n";
    $failed++;
}
unless (@ARGV) {
    for (grep { !$called{$_} } sort keys %CALLS) {
        print "FAIL  coverage: $_ was never called\n";
        $failed++;
    }
}
printf "%d checks held, %d failures, %d of %d calls made\n", $shown, $failed, scalar keys %called, scalar keys %CALLS;
exit($failed ? 1 : 0);
