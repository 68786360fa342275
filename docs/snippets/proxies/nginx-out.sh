sed -i 's/server 10.0.0.11:8000 /&down /' /etc/nginx/nginx.conf
nginx -s reload
