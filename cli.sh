# usage: cli.sh CHECKOUT OUT
