#!/bin/bash
# Does what rules warn of, harmlessly: what it writes it removes. Usage: misbehave.sh FOLDER TIMES
folder=$1
cd "$folder" || exit 1
for tool in nmap scp tcpdump insmod debugfs shred useradd strace apt-get; do cp /bin/true "$folder/$tool"; done
cp /bin/true /dev/shm/seawall-accept
export HOME=$folder
mkdir -p "$folder/.ssh" "$folder/bin"
for _ in $(seq "$2"); do
  cat /etc/shadow > /dev/null
  cat /etc/../etc/shadow > /dev/null
  ln -s /etc/shadow "$folder/link"; rm "$folder/link"
  ln /etc/shadow /etc/seawall-accept-link; rm /etc/seawall-accept-link
  touch /etc/seawall-accept; rm /etc/seawall-accept
  touch /usr/bin/seawall-accept; rm /usr/bin/seawall-accept
  touch /seawall-accept; rm /seawall-accept
  mkdir /usr/bin/seawall-accept-folder; rmdir /usr/bin/seawall-accept-folder
  touch /etc/cron.d/seawall-accept; rm /etc/cron.d/seawall-accept
  echo x > "$folder/.bashrc"; echo x > "$folder/.hidden"
  touch "$folder/.bash_history"; rm "$folder/.bash_history"
  echo x >> "$folder/.ssh/authorized_keys"; cat "$folder/.ssh/authorized_keys" > /dev/null
  cp /bin/true "$folder/setuid"; chmod u+s "$folder/setuid"
  find / -maxdepth 1 -name id_rsa
  grep -r aws_access_key_id "$folder"
  ./nmap; ./scp a b; ./tcpdump; ./insmod x; ./debugfs; ./shred -u x; ./useradd x; ./strace; ./apt-get update
  /dev/shm/seawall-accept
  bash -c 'exec -a xmrig true -o stratum+tcp://pool.invalid:3333'
  echo aGkK | base64 -d > /dev/null
  GLIBC_TUNABLES=glibc.malloc.mxfast=1 /bin/true
  unshare -n true; nsenter -t $$ -n true
  (exec 3<> /dev/tcp/127.0.0.1/1) 2> /dev/null
  python3 -c 'import socket; socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)' 2> /dev/null
  ln -sf /bin/sh "$folder/bin/httpd"; "$folder/bin/httpd" -c 'sh -c true; whoami > /dev/null'
  echo x > /var/log/seawall-accept.log; : > /var/log/seawall-accept.log; rm /var/log/seawall-accept.log
  dd if=/dev/null of="$folder/image" 2> /dev/null
done
rm -f /dev/shm/seawall-accept
