# Load balancers.
# shellcheck shell=bash

# Makes a load balancer that is active; leaves its id in $lb.
balancer() {
  json load-balancer create --region ewr "$@"
  lb=$(value .load_balancer.id) || exit 1
  until_holds "a load balancer becomes active" '.load_balancer.status == "active"' load-balancer get "$lb"
}

remove_balancer() {
  json load-balancer delete "$lb"
  gone "a deleted load balancer" load-balancer get "$lb"
}

balancers() {
  local lb instance
  server balanced
  balancer --label front --nodes 3 --instances "$instance" --cookie-name stay --http-version 2 \
    --forwarding-rules "frontend_port:80,frontend_protocol:http,backend_port:8080,backend_protocol:http" \
    --firewall-rules "port:80,ip_type:v4,source:192.0.2.0/24"
  holds "it reads back as sent" '.load_balancer | .label == "front" and .nodes == 3 and .instances == [$instance] and .http2
    and .generic_info.sticky_sessions.cookie_name == "stay" and .generic_info.timeout == 600
    and .forwarding_rules[0].backend_port == 8080 and .firewall_rules[0].source == "192.0.2.0/24"' --arg instance "$instance"
  holds "an empty VPC and certificate mean none" '.load_balancer | .has_ssl == false and (.generic_info | has("vpc") | not)'
  json load-balancer update "$lb" --label door --balancing-algorithm leastconn --port 81 --healthy-threshold 7
  json load-balancer get "$lb"
  holds "what was changed reads back" '.load_balancer | .label == "door" and .health_check.port == 81 and .health_check.healthy_threshold == 7'
  holds "and the rest stays" '.load_balancer | .nodes == 3 and .health_check.protocol == "http" and (.forwarding_rules | length) == 1'
  table load-balancer list
  says "it is listed" door
  table load-balancer get "$lb"
  says "its table has the address of its instance" "$instance"
  refused "an even number of nodes" "nodes" load-balancer update "$lb" --nodes 2
  json instance delete "$instance"
  json load-balancer get "$lb"
  holds "a deleted instance is in no load balancer" '.load_balancer.instances == null'
  remove_balancer
}

balancer_rules() {
  local lb rule
  balancer --firewall-rules "port:443,ip_type:v4,source:cloudflare"
  json load-balancer forwarding create "$lb" --frontend-port 443 --frontend-protocol HTTPS --backend-port 8443 --backend-protocol https
  rule=$(value .forwarding_rule.id) || exit 1
  json load-balancer forwarding get "$lb" "$rule"
  holds "a forwarding rule reads back in lower case" '.forwarding_rule | .frontend_protocol == "https" and .frontend_port == 443 and .backend_port == 8443'
  table load-balancer forwarding list "$lb"
  says "the rule is listed" "$rule"
  json load-balancer forwarding delete "$lb" "$rule"
  refused "a deleted rule" "Invalid forwarding rule ID" load-balancer forwarding get "$lb" "$rule"
  json load-balancer firewall list "$lb"
  rule=$(value '.firewall_rules[0].id') || exit 1
  json load-balancer firewall get "$lb" "$rule"
  holds "a firewall rule reads back as sent" '.firewall_rule | .source == "cloudflare" and .port == 443 and .ip_type == "v4"'
  remove_balancer
}

balancer_certificates() {
  local lb
  balancer
  printf -- '-----BEGIN PRIVATE KEY-----\nbm9uZQ==\n-----END PRIVATE KEY-----\n' >"$work/key.pem"
  printf -- '-----BEGIN CERTIFICATE-----\nbm9uZQ==\n-----END CERTIFICATE-----\n' >"$work/certificate.pem"
  json load-balancer ssl set-certificate "$lb" --private-key "$work/key.pem" --certificate "$work/certificate.pem"
  json load-balancer get "$lb"
  holds "it has the certificate that was given" '.load_balancer.has_ssl'
  json load-balancer ssl delete "$lb"
  json load-balancer get "$lb"
  holds "and none once that is deleted" '.load_balancer.has_ssl == false'
  json load-balancer ssl set-auto-ssl "$lb" --domain-zone example.com --sub-domain www
  json load-balancer get "$lb"
  holds "the name of an automatic certificate reads back whole" '.load_balancer.auto_ssl.domain == "www.example.com"'
  json load-balancer ssl disable-auto-ssl "$lb"
  json load-balancer get "$lb"
  holds "it can be given up, and the certificate stays" '.load_balancer | .has_ssl and (.auto_ssl | has("domain") | not)'
  remove_balancer
}
