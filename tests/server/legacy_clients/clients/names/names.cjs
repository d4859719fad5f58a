// Stands for a line of /etc/hosts in Node: the names in OLDER_CLIENTS_NAMES lead to 127.0.0.1. Port 443, which only root
// may open, leads to OLDER_CLIENTS_PORT.
const net = require("node:net");
const names = process.env.OLDER_CLIENTS_NAMES.split(", ");
const connect = net.Socket.prototype.connect;

net.Socket.prototype.connect = function (options, ...rest) {
  const led = names.includes(options.host) ? { ...options, host: "127.0.0.1", port: process.env.OLDER_CLIENTS_PORT } : options;
  return connect.call(this, led, ...rest);
};
