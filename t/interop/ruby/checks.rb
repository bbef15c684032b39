# checks.rb -- every method of ThriftTest and SecondService, with what its
# answer must be.

class Checks
  include Thrift::Test

  class Failure < StandardError; end

  WORDS = "Afrikaans \u00c6nglisc \u0411\u044a\u043b\u0433\u0430\u0440 " \
    "\u4e2d\u6587 \u65e5\u672c\u8a9e \ud55c\uad6d\uc5b4 \u0e44\u0e17\u0e22 " \
    "\u05e2\u05d1\u05e8\u05d9\u05ea \u0627\u0644\u0639\u0631\u0628 " \
    "e\u0301 \u200f\u202e \u{1d11e} \u{1f600} \u{10fffd} ".freeze
  CONTROLS = "\0\x01\b\t\n\v\f\r\x1f\x7f \"quoted\" \\ / ' <>& \\u0041 " \
    "{\"a\":[1,2]} \u2028\u2029".freeze
  STRINGS = ['', 'a', WORDS, CONTROLS, (WORDS + CONTROLS) * 20,
             '[1,"testVoid",1,7,{}]'].freeze

  MAX64 = 2**63 - 1
  MIN64 = -2**63
  I32S = [0, 1, -1, 63, -64, -65, 127, 128, -129, 32_768, -32_769,
          2**31 - 1, -2**31].freeze
  I64S = (I32S + [2**31, -2**31 - 1, 2**53 + 1, MAX64, MIN64]).freeze
  DOUBLES = [0.0, 1.0, -1.0, 0.1, Math::PI, 1e307, -1e307, 1e-292, 5e-324,
             Float::MAX, 2.0**53 - 1, -0.000341012439638598279,
             Float::INFINITY, -Float::INFINITY].freeze

  # `second` is nil where nothing is multiplexed.
  def initialize(test, second, protocol)
    @test = test
    @second = second
    # It reads JSON byte by byte.
    @big = protocol == 'json' ? 8192 : 131_072
  end

  def every
    scalars
    binaries
    structs
    containers
    made
    exceptions
    unknown
    oneway
    second if @second
  end

  private

  # A value as bytes: its JSON says of no string that it is UTF-8.
  def bare(value)
    case value
    when String then value.b
    when Array then value.map { |v| bare(v) }
    when Set then bare(value.sort)
    when Hash then value.to_h { |k, v| [bare(k), bare(v)] }
    when Thrift::Struct
      value.struct_fields.values.map { |f| bare(value.send(f[:name])) }
    else value
    end
  end

  def same(what, got, wanted)
    return if bare(got) == bare(wanted)
    raise Failure,
          "#{what}: #{got.inspect[0, 150]} instead of #{wanted.inspect[0, 150]}"
  end

  def echo(method, *values)
    values.each { |value| same(method, @test.send(method, value), value) }
  end

  # What the block raises, which it must.
  def failure_of(what, type)
    answer = yield
  rescue type => e
    e
  else
    raise Failure, "#{what}: #{answer.inspect} instead of #{type}"
  end

  def scalars
    same('testVoid', @test.testVoid, nil)
    echo('testString', *STRINGS)
    echo('testBool', true, false)
    echo('testByte', 0, 1, -1, 127, -128)
    echo('testI32', *I32S)
    echo('testI64', *I64S)
    echo('testTypedef', *I64S)
    echo('testDouble', *DOUBLES)
    same('testDouble(-0)', 1 / @test.testDouble(-0.0), -Float::INFINITY)
    same('testDouble(NaN)', @test.testDouble(Float::NAN).nan?, true)
    # Its own check refuses to send what the interface does not name.
    echo('testEnum', *Numberz::VALID_VALUES)
  end

  def binaries
    all = (0..255).to_a.pack('C*')
    [0, 1, 2, 3, 4, 255, 256, 4096, @big].each do |n|
      sent = (all * 512)[0, n]
      got = @test.testBinary(sent.dup)
      same("testBinary of #{n} bytes", got.bytes == sent.bytes, true)
    end
  end

  def structs
    one = Xtruct.new('string_thing' => WORDS, 'byte_thing' => -128,
                     'i32_thing' => -2**31, 'i64_thing' => MAX64)
    echo('testStruct', one)
    echo('testNest', Xtruct2.new('byte_thing' => 1, 'struct_thing' => one,
                                 'i32_thing' => 5))
    partly = @test.testStruct(Xtruct.new('string_thing' => 'only this'))
    same('testStruct, partly', partly.string_thing, 'only this')
    same('testStruct, what is not set', partly.i32_thing || 0, 0)
  end

  def containers
    long = (0...2000).map { |i| i * -7919 }
    many = long.each_with_index.to_h { |n, i| [i - 100, n] }

    echo('testMap', {}, { 0 => -10, -2**31 => 2**31 - 1 }, many)
    echo('testStringMap', {}, { 'a' => '123', 'a b' => 'with spaces ',
                                '' => 'empty', '0' => 'numeric key',
                                WORDS => CONTROLS, CONTROLS => WORDS })
    echo('testSet', Set.new, Set.new([-3]), Set.new([-2, -1, 0, 1, 2]))
    echo('testList', [], [5], I32S, long)
  end

  # Methods whose answer is not their argument.
  def made
    same('testMapMap', @test.testMapMap(42),
         { -4 => { -4 => -4, -3 => -3, -2 => -2, -1 => -1 },
           4 => { 1 => 1, 2 => 2, 3 => 3, 4 => 4 } })
    numbers = Xtruct.new('string_thing' => 'Hello2', 'byte_thing' => -128,
                         'i32_thing' => -2**31, 'i64_thing' => MAX64)
    same('testMulti', @test.testMulti(-128, -2**31, MAX64,
                                      { 0 => 'abc', -32_768 => WORDS },
                                      Numberz::FIVE, 0xf0f0f0), numbers)
    insanity(Insanity.new(
      'userMap' => { Numberz::FIVE => 5, Numberz::EIGHT => MIN64 },
      'xtructs' => [numbers, Xtruct.new(
        'string_thing' => 'Goodbye4', 'byte_thing' => 4, 'i32_thing' => 4,
        'i64_thing' => 4)]))
  end

  def insanity(crazy)
    insane = @test.testInsanity(crazy)
    same('testInsanity, the users', insane.keys.sort, [1, 2])
    same('testInsanity, user 1', insane[1],
         { Numberz::TWO => crazy, Numberz::THREE => crazy })
    same('testInsanity, user 2', insane[2].keys, [Numberz::SIX])
    empty = insane[2][Numberz::SIX]
    same('testInsanity, user 2, SIX',
         [empty.userMap || {}, empty.xtructs || []], [{}, []])
  end

  def exceptions
    e = failure_of('testException', Xception) do
      @test.testException('Xception')
    end
    same('testException', [e.errorCode, e.message], [1001, 'Xception'])
    failure_of('testException', Thrift::ApplicationException) do
      @test.testException('TException')
    end
    same('testException', @test.testException('success'), nil)

    e = failure_of('testMultiException', Xception) do
      @test.testMultiException('Xception', 'ignored')
    end
    same('testMultiException', [e.errorCode, e.message],
         [1001, 'This is an Xception'])
    e = failure_of('testMultiException', Xception2) do
      @test.testMultiException('Xception2', 'ignored')
    end
    same('testMultiException', [e.errorCode, e.struct_thing.string_thing],
         [2002, 'This is an Xception2'])
    same('testMultiException',
         @test.testMultiException('success', WORDS).string_thing, WORDS)
  end

  # By hand, since no generated code knows of it.
  def unknown
    e = failure_of('an unknown method', Thrift::ApplicationException) do
      @test.send_message('testNothing', EmptyStruct)
      @test.receive_message(EmptyStruct)
    end
    same('an unknown method', e.type,
         Thrift::ApplicationException::UNKNOWN_METHOD)
  end

  # Nothing may come back for the oneway call, and the call behind it must be
  # given its own answer.
  def oneway
    [0, 1, 2].each do |seconds|
      @test.testOneway(seconds)
      echo('testI32', -1)
    end
  end

  # Both on one connection.
  def second
    STRINGS.each do |s|
      same('secondtestString', @second.secondtestString(s),
           "testString(\"#{s}\")")
      echo('testString', s)
    end
  end
end
