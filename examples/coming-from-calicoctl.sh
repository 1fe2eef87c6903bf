tortie get ippools
tortie get nodes -o wide
tortie get workloadendpoints -A -o wide
tortie get networkpolicies -A
tortie get globalnetworkpolicies -o wide
tortie get felixconfiguration default -o yaml
tortie apply -f examples/pool.yaml
tortie patch ippool rack-1 -p '{"spec": {"natOutgoing": true}}'
tortie get ippool rack-1 -o wide
tortie delete ippool rack-1
