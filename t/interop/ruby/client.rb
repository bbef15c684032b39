# client.rb GENERATED [accelerated] -- ThriftTest through Apache's library for
# Ruby, whose binary protocol there is in C as well.  t/lib/CThrift/Interop.pm
# tells of the lines that it reads and writes.

$LOAD_PATH.unshift ARGV[0]

# Its HTTP asks nobody but OpenSSL whom to trust.
ENV['SSL_CERT_FILE'] = ENV['INTEROP_CA']

require 'thrift'
require 'thrift_test'
require 'second_service'

require_relative 'checks'

ACCELERATED = ARGV[1] == 'accelerated'
PATIENCE = 10

def tls_context
  context = OpenSSL::SSL::SSLContext.new
  context.ca_file = ENV['INTEROP_CA']
  context.verify_mode = OpenSSL::SSL::VERIFY_PEER
  context
end

def socket_of(kind, where)
  case kind
  when 'unix' then Thrift::UNIXSocket.new(where, PATIENCE)
  when 'abstract' then Thrift::UNIXSocket.new("\0" + where, PATIENCE)
  when 'tls'
    # With a timeout, it would wait for the socket while OpenSSL has the data.
    Thrift::SSLSocket.new('localhost', where.to_i, nil, tls_context)
  else Thrift::Socket.new('127.0.0.1', where.to_i, PATIENCE)
  end
end

def transport_of(word, kind, where)
  if word == 'http'
    scheme = kind == 'tls' ? 'https' : 'http'
    return Thrift::HTTPClientTransport.new("#{scheme}://localhost:#{where}/")
  end
  socket = socket_of(kind, where)
  return Thrift::FramedTransport.new(socket) if word == 'framed'
  Thrift::BufferedTransport.new(socket)
end

def protocol_of(word, transport)
  case word
  when 'compact' then Thrift::CompactProtocol.new(transport)
  when 'json' then Thrift::JsonProtocol.new(transport)
  when 'lax' then Thrift::BinaryProtocol.new(transport, false, false)
  else
    return Thrift::BinaryProtocolAccelerated.new(transport) if ACCELERATED
    Thrift::BinaryProtocol.new(transport)
  end
end

def run(word, transport_word, kind, where)
  inner = word.sub('multi-', '')
  transport = transport_of(transport_word, kind, where)
  protocol = protocol_of(inner, transport)
  first, second = protocol, nil
  if word != inner
    first = Thrift::MultiplexedProtocol.new(protocol, 'ThriftTest')
    second = Thrift::Test::SecondService::Client.new(
      Thrift::MultiplexedProtocol.new(protocol, 'SecondService'))
  end
  transport.open
  Checks.new(Thrift::Test::ThriftTest::Client.new(first), second, inner).every
ensure
  transport.close if transport
end

$stdout.sync = true
STDIN.each_line do |line|
  begin
    run(*line.split)
    puts 'ok'
  rescue StandardError => e
    words = e.message.dup.force_encoding('UTF-8').scrub
    puts "not ok: #{e.class}: #{words}".gsub(/\s+/, ' ')[0, 400]
    warn e.full_message
  end
end
