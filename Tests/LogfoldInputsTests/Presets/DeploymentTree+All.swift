@testable import LogfoldInputs

extension DeploymentTree {
    /// A node of each deployment with everything on it.
    static let all = [kolla, debian, ubuntuCharm, packstack, tripleo]

    /// kolla-ansible 2025.1, all in one, with federation and TLS.
    static let kolla = DeploymentTree(
        "kolla-ansible", .kolla,
        """
        /var/log/kolla/aodh:
        aodh-api.log openstack aodh-api
        aodh-evaluator.log openstack aodh-evaluator
        aodh-wsgi-access.log infrastructure aodh
        /var/log/kolla/barbican:
        barbican-api.log openstack barbican-api
        barbican-api-uwsgi.log infrastructure barbican-api
        barbican-worker.log openstack barbican-worker
        /var/log/kolla/cinder:
        cinder-api.log openstack cinder-api
        cinder-api-uwsgi.log infrastructure cinder-api
        cinder-scheduler.log openstack cinder-scheduler
        cinder-volume.log openstack cinder-volume
        /var/log/kolla/glance:
        glance-api.log openstack glance-api
        glance-api-uwsgi.log infrastructure glance-api
        /var/log/kolla/haproxy:
        haproxy_latest.log infrastructure haproxy
        /var/log/kolla/heat:
        heat-api.log openstack heat-api
        heat-engine.log openstack heat-engine
        /var/log/kolla/horizon:
        horizon.log openstack horizon
        horizon-access.log infrastructure horizon
        horizon-error.log openstack horizon
        horizon-uwsgi.log infrastructure horizon
        /var/log/kolla/ironic:
        dnsmasq.log infrastructure ironic-dnsmasq
        ironic-conductor.log openstack ironic-conductor
        ironic-http-access.log infrastructure ironic-http
        ironic-http-error.log openstack ironic-http
        /var/log/kolla/ironic-inspector:
        ironic-inspector.log openstack ironic-inspector
        /var/log/kolla/keystone:
        apache-access.log infrastructure keystone
        apache-error.log openstack keystone
        keystone.log openstack keystone
        keystone-apache-public-access.log infrastructure keystone
        keystone-apache-public-error.log openstack keystone
        keystone-uwsgi.log infrastructure keystone
        /var/log/kolla/libvirt:
        libvirtd.log infrastructure libvirtd
        /var/log/kolla/mariadb:
        mariadb.log infrastructure mariadb
        mariadb-upgrade.log infrastructure mariadb
        /var/log/kolla/neutron:
        dnsmasq.log infrastructure neutron-dnsmasq
        neutron-dhcp-agent.log openstack neutron-dhcp-agent
        neutron-l3-agent.log openstack neutron-l3-agent
        neutron-metadata-agent.log openstack neutron-metadata-agent
        neutron-openvswitch-agent.log openstack neutron-openvswitch-agent
        neutron-server.log openstack neutron-server
        neutron-server.log.1
        /var/log/kolla/nova:
        nova-api.log openstack nova-api
        nova-api-wsgi.log openstack nova-api
        nova-api-uwsgi.log infrastructure nova-api
        nova-compute.log openstack nova-compute
        nova-conductor.log openstack nova-conductor
        nova-metadata.log openstack nova-metadata
        nova-scheduler.log openstack nova-scheduler
        privsep-helper.log openstack nova-privsep-helper
        /var/log/kolla/octavia:
        octavia-worker.log openstack octavia-worker
        /var/log/kolla/opensearch:
        opensearch.log infrastructure opensearch
        /var/log/kolla/openvswitch:
        ovs-vswitchd.log infrastructure ovs-vswitchd
        ovsdb-server.log infrastructure ovsdb-server
        ovn-controller.log infrastructure ovn-controller
        /var/log/kolla/placement:
        placement-api.log openstack placement-api
        /var/log/kolla/prometheus:
        prometheus-node-exporter.log infrastructure prometheus-node-exporter
        /var/log/kolla/proxysql:
        proxysql.log infrastructure proxysql
        /var/log/kolla/rabbitmq:
        rabbit@ctl1.log infrastructure rabbitmq
        rabbit@ctl1_upgrade.log infrastructure rabbitmq
        /var/log/kolla/skyline:
        skyline-nginx-access.log infrastructure skyline
        skyline-error.log openstack skyline
        skyline.log openstack skyline
        /var/log/kolla/someday:
        someday-api.log openstack -
        /var/log/kolla/valkey:
        valkey.log infrastructure valkey
        /var/log:
        syslog
        """)

    /// Packages of Debian 12, a controller that also computes.
    static let debian = DeploymentTree(
        "Debian", .debian,
        """
        /var/log:
        auth.log
        haproxy.log infrastructure haproxy
        memcached.log infrastructure memcached
        syslog
        /var/log/apache2:
        access.log infrastructure apache
        error.log openstack apache
        other_vhosts_access.log infrastructure apache
        openstack_dashboard_error.log openstack apache
        /var/log/apt:
        history.log
        /var/log/ceph:
        ceph.audit.log infrastructure ceph
        ceph-mon.ctl1.log infrastructure ceph-mon
        ceph-osd.12.log infrastructure ceph-osd
        /var/log/cinder:
        cinder-api.log openstack cinder-api
        cinder-scheduler.log openstack cinder-scheduler
        cinder-volume.log openstack cinder-volume
        /var/log/glance:
        glance-api.log openstack glance-api
        /var/log/ironic-inspector:
        ironic-inspector.log openstack ironic-inspector
        /var/log/keystone:
        keystone.log openstack keystone
        keystone-uwsgi.log infrastructure keystone
        /var/log/libvirt:
        libvirtd.log infrastructure libvirtd
        /var/log/libvirt/qemu:
        instance-00000001.log infrastructure qemu
        instance-0000000a.log infrastructure qemu
        /var/log/mysql:
        error.log infrastructure mysql
        mariadb-slow.log infrastructure mysql
        /var/log/neutron:
        dnsmasq.log infrastructure neutron-dnsmasq
        neutron-api.log openstack neutron-api
        neutron-dhcp-agent.log openstack neutron-dhcp-agent
        neutron-l3-agent.log openstack neutron-l3-agent
        neutron-openvswitch-agent.log openstack neutron-openvswitch-agent
        neutron-rpc-server.log openstack neutron-rpc-server
        /var/log/nova:
        nova-api.log openstack nova-api
        nova-api-metadata.log openstack nova-api-metadata
        nova-compute.log openstack nova-compute
        nova-compute.log.2.gz
        nova-conductor.log openstack nova-conductor
        nova-scheduler.log openstack nova-scheduler
        /var/log/openvswitch:
        ovs-vswitchd.log infrastructure ovs-vswitchd
        ovsdb-server.log infrastructure ovsdb-server
        /var/log/placement:
        placement-api.log openstack placement-api
        /var/log/rabbitmq:
        rabbit@ctl1.log infrastructure rabbitmq
        /var/log/uwsgi/app:
        horizon.log infrastructure horizon
        """)

    /// Ubuntu 22.04 by charms: the APIs run under Apache.
    static let ubuntuCharm = DeploymentTree(
        "Ubuntu by charms", .debian,
        """
        /var/log/apache2:
        access.log infrastructure apache
        error.log openstack apache
        keystone_access.log infrastructure keystone
        keystone_error.log openstack keystone
        nova-api-os-compute_access.log infrastructure nova-api-os-compute
        nova-api-os-compute_error.log openstack nova-api-os-compute
        placement_access.log infrastructure placement
        placement_error.log openstack placement
        /var/log/aodh:
        aodh-evaluator.log openstack aodh-evaluator
        /var/log/ceilometer:
        ceilometer-agent-notification.log openstack ceilometer-agent-notification
        ceilometer-polling.log openstack ceilometer-polling
        /var/log/gnocchi:
        gnocchi-metricd.log openstack gnocchi-metricd
        /var/log/heat:
        heat-api-cfn.log openstack heat-api-cfn
        heat-engine.log openstack heat-engine
        /var/log/juju:
        unit-nova-compute-0.log
        /var/log/keystone:
        keystone.log openstack keystone
        /var/log/mysql:
        error.log infrastructure mysql
        /var/log/neutron:
        neutron-ovn-metadata-agent.log openstack neutron-ovn-metadata-agent
        neutron-server.log openstack neutron-server
        /var/log/nova:
        nova-api-os-compute.log openstack nova-api-os-compute
        nova-compute.log openstack nova-compute
        privsep-helper.log openstack nova-privsep-helper
        /var/log/octavia:
        octavia-health-manager.log openstack octavia-health-manager
        octavia-worker.log openstack octavia-worker
        /var/log/ovn:
        ovn-controller.log infrastructure ovn-controller
        ovn-northd.log infrastructure ovn-northd
        ovsdb-server-sb.log infrastructure ovsdb-server-sb
        /var/log/swift:
        proxy-server.log openstack swift-proxy-server
        """)

    /// RDO by packstack, all in one.
    static let packstack = DeploymentTree(
        "RDO by packstack", .rdo,
        """
        /var/log:
        messages
        /var/log/audit:
        audit.log
        /var/log/aodh:
        evaluator.log openstack aodh-evaluator
        /var/log/ceilometer:
        agent-notification.log openstack ceilometer-agent-notification
        polling.log openstack ceilometer-polling
        /var/log/cinder:
        api.log openstack cinder-api
        backup.log openstack cinder-backup
        scheduler.log openstack cinder-scheduler
        volume.log openstack cinder-volume
        /var/log/glance:
        api.log openstack glance-api
        /var/log/gnocchi:
        metricd.log openstack gnocchi-metricd
        /var/log/horizon:
        horizon.log openstack horizon
        /var/log/httpd:
        access_log infrastructure apache
        error_log openstack apache
        horizon_access.log infrastructure horizon
        horizon_error.log openstack horizon
        keystone_wsgi_main_access.log infrastructure keystone
        keystone_wsgi_main_error.log openstack keystone
        placement_wsgi_access.log infrastructure placement
        placement_wsgi_error.log openstack placement
        ssl_error_log openstack apache
        /var/log/keystone:
        keystone.log openstack keystone
        keystone-manage.log openstack keystone-manage
        /var/log/libvirt/qemu:
        instance-00000001.log infrastructure qemu
        /var/log/mariadb:
        mariadb.log infrastructure mariadb
        /var/log/neutron:
        dhcp-agent.log openstack neutron-dhcp-agent
        l3-agent.log openstack neutron-l3-agent
        metadata-agent.log openstack neutron-metadata-agent
        openvswitch-agent.log openstack neutron-openvswitch-agent
        server.log openstack neutron-server
        server.log-20261122.gz
        /var/log/nova:
        nova-api.log openstack nova-api
        nova-compute.log openstack nova-compute
        nova-conductor.log openstack nova-conductor
        nova-manage.log openstack nova-manage
        nova-novncproxy.log openstack nova-novncproxy
        nova-scheduler.log openstack nova-scheduler
        /var/log/openvswitch:
        ovs-vswitchd.log infrastructure ovs-vswitchd
        ovsdb-server.log infrastructure ovsdb-server
        /var/log/rabbitmq:
        rabbit@controller.log infrastructure rabbitmq
        /var/log/redis:
        redis.log infrastructure redis
        /var/log/swift:
        swift.log openstack swift
        """)

    /// TripleO Wallaby, a controller and what a compute node has beside it.
    static let tripleo = DeploymentTree(
        "TripleO", .tripleo,
        """
        /var/log/containers/aodh:
        aodh-evaluator.log openstack aodh-evaluator
        /var/log/containers/barbican:
        main.log openstack barbican-main
        /var/log/containers/ceilometer:
        agent-notification.log openstack ceilometer-agent-notification
        central.log openstack ceilometer-central
        compute.log openstack ceilometer-compute
        /var/log/containers/cinder:
        cinder-api.log openstack cinder-api
        cinder-scheduler.log openstack cinder-scheduler
        cinder-volume.log openstack cinder-volume
        /var/log/containers/glance:
        api.log openstack glance-api
        /var/log/containers/haproxy:
        haproxy.log infrastructure haproxy
        /var/log/containers/heat:
        heat_api.log openstack heat-api
        heat_api_cfn.log openstack heat-api-cfn
        heat-engine.log openstack heat-engine
        /var/log/containers/horizon:
        horizon.log openstack horizon
        /var/log/containers/httpd/heat-api:
        access_log infrastructure heat-api
        error_log openstack heat-api
        /var/log/containers/httpd/keystone:
        keystone_wsgi_access.log infrastructure keystone
        keystone_wsgi_error.log openstack keystone
        /var/log/containers/httpd/nova-api:
        nova_api_wsgi_access.log infrastructure nova-api
        nova_api_wsgi_error.log openstack nova-api
        /var/log/containers/keystone:
        keystone.log openstack keystone
        /var/log/containers/libvirt:
        libvirtd.log infrastructure libvirtd
        virtqemud.log infrastructure virtqemud
        /var/log/containers/memcached:
        memcached.log infrastructure memcached
        /var/log/containers/mysql:
        mysqld.log infrastructure mysql
        /var/log/containers/neutron:
        dhcp-agent.log openstack neutron-dhcp-agent
        l3-agent.log openstack neutron-l3-agent
        openvswitch-agent.log openstack neutron-openvswitch-agent
        server.log openstack neutron-server
        server.log.1
        /var/log/containers/nova:
        nova-api.log openstack nova-api
        nova-compute.log openstack nova-compute
        nova-conductor.log openstack nova-conductor
        nova-metadata-api.log openstack nova-metadata-api
        nova-scheduler.log openstack nova-scheduler
        /var/log/containers/octavia:
        health-manager.log openstack octavia-health-manager
        worker.log openstack octavia-worker
        /var/log/containers/openvswitch:
        ovn-controller.log infrastructure ovn-controller
        /var/log/containers/placement:
        placement.log openstack placement
        /var/log/containers/rabbitmq:
        rabbit@controller-0.log infrastructure rabbitmq
        /var/log/containers/redis:
        redis.log infrastructure redis
        /var/log/containers/stdouts:
        haproxy-bundle.log openstack haproxy-bundle
        nova_api.log openstack nova-api
        ovn_controller.log openstack ovn-controller
        /var/log/containers/swift:
        swift.log openstack swift
        /var/log/libvirt/qemu:
        instance-00000001.log infrastructure qemu
        /var/log/openvswitch:
        ovs-vswitchd.log infrastructure ovs-vswitchd
        /var/log:
        messages
        """)
}
