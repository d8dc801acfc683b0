#!/usr/bin/env perl
# API v1 as the oldest Perl client spoke it: LWP, api_key in every query, also of a POST; answers
# read as strings, the status line where they are empty. Its start goes to server/reverse_start.
use strict;
use warnings;
use JSON::PP;
use LWP::UserAgent;
use URI;

my $base  = 'https://api.vultr.com/v1/';
my $agent = LWP::UserAgent->new;
my $key   = $ENV{VULTR_API_KEY};

sub show {
    my ($what, $holds) = @_;
    print $holds ? 'ok    ' : 'FAIL  ', $what, "\n";
    exit 1 unless $holds;
}

sub get {
    my ($path, %params) = @_;
    my $uri = URI->new($base . $path);
    $uri->query_form(api_key => $key, %params);
    my $answer = $agent->get($uri);
    return $answer->decoded_content || $answer->status_line;
}

sub post {
    my ($path, %params) = @_;
    my $answer = $agent->post("$base$path?api_key=$key", \%params);
    return $answer->decoded_content || $answer->status_line;
}

sub wait_for {
    my ($what, $holds) = @_;
    my $end = time + 30;
    while (time < $end) {
        return show($what, 1) if $holds->();
        select undef, undef, undef, 0.05;
    }
    show("$what (not in time)", 0);
}

show('account_info', exists decode_json(get('account/info'))->{balance});
show('os_list',      decode_json(get('os/list'))->{159}{OSID} eq '159');
show('iso_list',     get('iso/list') eq '[]');
show('plans_list',   decode_json(get('plans/list'))->{201}{windows} == JSON::PP::false);
show('regions_list', decode_json(get('regions/list'))->{1}{state} eq 'NJ');
show('regions_availability', scalar grep { $_ == 201 } @{ decode_json(get('regions/availability', DCID => 1)) });

my $sshkey = decode_json(post('sshkey/create', name => 'k', ssh_key => 'ssh-rsa AAAA a@b'))->{SSHKEYID};
show('sshkey_create', $sshkey =~ /^[0-9a-f]{13}$/);
show('sshkey_update', post('sshkey/update', SSHKEYID => $sshkey, name => 'n') eq '200 OK');
show('sshkey_list', decode_json(get('sshkey/list'))->{$sshkey}{name} eq 'n');
my $script = decode_json(post('startupscript/create', name => 's', script => "#!/bin/sh\n"))->{SCRIPTID};
show('startupscript_update', post('startupscript/update', SCRIPTID => $script, name => 't') eq '200 OK');
# LWP ends lines in forms as forms do, with CR LF, and they come back as they were sent.
show('startupscript_list', decode_json(get('startupscript/list'))->{$script}{script} eq "#!/bin/sh\r\n");

my %order = (DCID => 1, VPSPLANID => 1, OSID => 127, label => 'perl', enable_ipv6 => 'yes', SSHKEYID => $sshkey);
my $subid = decode_json(post('server/create', %order))->{SUBID};
my $server = sub { decode_json(get('server/list', SUBID => $subid)) };
wait_for('server_create', sub { $server->()->{server_state} eq 'ok' });
show('server_list', decode_json(get('server/list'))->{$subid}{os} eq 'CentOS 6 x64');
show('server_label_set', post('server/label_set', SUBID => $subid, label => 'new') eq '200 OK');
show('server_halt', post('server/halt', SUBID => $subid) eq '200 OK');
wait_for('it halts', sub { $server->()->{power_status} eq 'stopped' });
show('server_start', post('server/reverse_start', SUBID => $subid) eq '200 OK');
wait_for('it starts', sub { $server->()->{power_status} eq 'running' });
show('server_reboot', post('server/reboot', SUBID => $subid) eq '200 OK');
show('server_create_ipv4', post('server/create_ipv4', SUBID => $subid, reboot => 'no') eq '200 OK');
my $addresses = decode_json(get('server/list_ipv4', SUBID => $subid))->{$subid};
show('server_list_ipv4', @$addresses == 2);
show('server_destroy_ipv4', post('server/destroy_ipv4', SUBID => $subid, ip => $addresses->[1]{ip}) eq '200 OK');
my $ip = $addresses->[0]{ip};
show('server_reverse_set_ipv4', post('server/reverse_set_ipv4', SUBID => $subid, ip => $ip, entry => 'a.example.com') eq '200 OK');
show('server_reverse_default_ipv4', post('server/reverse_default_ipv4', SUBID => $subid, ip => $ip) eq '200 OK');
my $ip6 = decode_json(get('server/list_ipv6', SUBID => $subid))->{$subid}[0]{ip};
show('server_reverse_set_ipv6', post('server/reverse_set_ipv6', SUBID => $subid, ip => $ip6, entry => 'a.example.com') eq '200 OK');
show('server_reverse_list_ipv6', @{ decode_json(get('server/reverse_list_ipv6', SUBID => $subid))->{$subid} } == 1);
show('server_reverse_delete_ipv6', post('server/reverse_delete_ipv6', SUBID => $subid, ip => $ip6) eq '200 OK');
show('server_bandwidth', exists decode_json(get('server/bandwidth', SUBID => $subid))->{incoming_bytes});
show('server_os_change_list', %{ decode_json(get('server/os_change_list', SUBID => $subid)) });
wait_for('it runs again', sub { $server->()->{server_state} eq 'ok' });
my $snapshot = decode_json(post('snapshot/create', SUBID => $subid, description => 'd'))->{SNAPSHOTID};
wait_for('snapshot_create', sub { decode_json(get('snapshot/list'))->{$snapshot}{status} eq 'complete' });
show('server_restore_snapshot', post('server/restore_snapshot', SUBID => $subid, SNAPSHOTID => $snapshot) eq '200 OK');
wait_for('it is restored', sub { $server->()->{server_state} eq 'ok' });
show('snapshot_destroy', post('snapshot/destroy', SNAPSHOTID => $snapshot) eq '200 OK');
show('server_reinstall', post('server/reinstall', SUBID => $subid) eq '200 OK');
wait_for('it is installed again', sub { $server->()->{server_state} eq 'ok' });
show('os_change', post('server/os_change', SUBID => $subid, OSID => 148) eq '200 OK');
wait_for('it has the other system', sub { $server->()->{os} eq 'Ubuntu 12.04 i386' });
show('a backup that is none is refused', post('server/restore_backup', SUBID => $subid, BACKUPID => '543d34149403a') =~ /^Invalid backup\./);
show('server_destroy', post('server/destroy', SUBID => $subid) eq '200 OK');
show('startupscript_destroy', post('startupscript/destroy', SCRIPTID => $script) eq '200 OK');
show('sshkey_destroy', post('sshkey/destroy', SSHKEYID => $sshkey) eq '200 OK');
wait_for('nothing is left', sub { get('server/list') eq '[]' && get('sshkey/list') eq '[]' });
