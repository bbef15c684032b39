#!/usr/bin/perl

# python_watch.t -- `watch on` looks at what a Python application is made of.

use strict;
use warnings;

use lib 't/lib';
use CThrift::Python;
use CThrift::Test;
use Test::More;

my $py = CThrift::Python->new;
my $t = CThrift::Test->new($py->head . <<"END", allow => [qr/SyntaxError/]);
worker_processes 1;
watch on;
python_config hooks.py;
thrift {
    server {
        listen 127.0.0.1:%%PORT_1%%;
        service PingService {
            @{[$py->path('%%TESTDIR%%')]}
            python_app live:app;
        }
    }
}
END

sub words {
    my ($text) = @_;

    $t->write_file('wording.py', $text);
}

sub answers {
    my ($wanted) = @_;

    return CThrift::Test::wait_for(sub {
        my $reply = $t->client->call('echo', [[1, ['string', '']]]);
        return CThrift::Client::result($reply) eq $wanted;
    });
}

$t->write_file('live.py', <<'END');
import os
import wording
from app_thriftpy2 import app
app._handler.echo = lambda text: wording.ANSWER + os.environ["MORE"]
END
$t->write_file('hooks.py', "import os\nos.environ['MORE'] = ''\n");
words("ANSWER = 'one'\n");
$t->start;
# It begins to look when it serves, which start() does not wait for.
$t->descriptors_may_change;
ok(answers('one'), 'the first code');
words("ANSWER = 'second'\n");
ok(answers('second'), 'a module that the application imports has changed');
words("ANSWER = (\n");
ok($t->wait_for_log(qr/reload refused/), 'a mistake is refused');
ok(answers('second'), '... and the old code goes on');
words("ANSWER = 'mended'\n");
ok(answers('mended'), '... until it is mended');
$t->write_file('hooks.py', "import os\nos.environ['MORE'] = ' twice'\n");
ok(answers('mended twice'), 'the file of python_config has changed');

done_testing();
