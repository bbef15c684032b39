// Checks.java -- every method of ThriftTest and SecondService, with what its
// answer must be.

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import org.apache.thrift.TApplicationException;
import org.apache.thrift.TException;
import org.apache.thrift.protocol.TField;
import org.apache.thrift.protocol.TMessage;
import org.apache.thrift.protocol.TMessageType;
import org.apache.thrift.protocol.TProtocol;
import org.apache.thrift.protocol.TStruct;
import org.apache.thrift.protocol.TType;
import thrift.test.Insanity;
import thrift.test.Numberz;
import thrift.test.SecondService;
import thrift.test.ThriftTest;
import thrift.test.Xception;
import thrift.test.Xception2;
import thrift.test.Xtruct;
import thrift.test.Xtruct2;

final class Checks {
    private static final String WORDS = "Afrikaans \u00c6nglisc "
            + "\u0411\u044a\u043b\u0433\u0430\u0440 \u4e2d\u6587 "
            + "\u65e5\u672c\u8a9e \ud55c\uad6d\uc5b4 \u0e44\u0e17\u0e22 "
            + "\u05e2\u05d1\u05e8\u05d9\u05ea \u0627\u0644\u0639\u0631\u0628 "
            + "e\u0301 \u200f\u202e \ud834\udd1e \ud83d\ude00 \udbff\udffd ";
    private static final String CONTROLS = "\0\1\b\t\n\013\f\r\037\177 "
            + "\"quoted\" \\ / ' <>& \\" + "u0041 {\"a\":[1,2]} \u2028\u2029";
    private static final String[] STRINGS = {"", "a", WORDS, CONTROLS,
        (WORDS + CONTROLS).repeat(50), "x".repeat(100000),
        "[1,\"testVoid\",1,7,{}]"};
    private static final double[] DOUBLES = {0, -0.0, 1, -1, 0.1, Math.PI,
        1e307, -1e307, 1e-292, Double.MIN_VALUE, Double.MAX_VALUE,
        9007199254740991.0, -0.000341012439638598279, Double.NaN,
        Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY};
    private static final int[] I32S = {0, 1, -1, 63, -64, -65, 127, 128, -129,
        32768, -32769, Integer.MAX_VALUE, Integer.MIN_VALUE};
    private static final long[] I64S = {0, 1, -1, 1L << 31, -(1L << 31) - 1,
        (1L << 53) + 1, -(1L << 53) - 1, Long.MAX_VALUE, Long.MIN_VALUE};

    private final TProtocol protocol;
    private final ThriftTest.Client test;
    private final SecondService.Client second;

    // `second` is null where nothing is multiplexed.
    Checks(TProtocol protocol, ThriftTest.Client test,
            SecondService.Client second) {
        this.protocol = protocol;
        this.test = test;
        this.second = second;
    }

    void every() throws TException {
        scalars();
        texts();
        uuids();
        structs();
        containers();
        made();
        insanity();
        exceptions();
        multiExceptions();
        unknown();
        oneway();
        if (second != null) {
            second();
        }
    }

    private static TException failure(String words) {
        return new TException(words);
    }

    private static void same(String what, Object got, Object wanted)
            throws TException {
        if (!Objects.equals(got, wanted)) {
            throw failure(String.format(
                    "%s: %.150s instead of %.150s", what, got, wanted));
        }
    }

    private void scalars() throws TException {
        test.testVoid();
        for (boolean b : new boolean[] {true, false}) {
            same("testBool", test.testBool(b), b);
        }
        for (byte b : new byte[] {0, 1, -1, 127, -128}) {
            same("testByte", test.testByte(b), b);
        }
        for (int n : I32S) {
            same("testI32", test.testI32(n), n);
        }
        for (long n : I64S) {
            same("testI64", test.testI64(n), n);
            same("testTypedef", test.testTypedef(n), n);
        }
        for (double d : DOUBLES) {
            // As objects, NaN is itself, and -0.0 is not 0.0.
            same("testDouble", test.testDouble(d), d);
        }
        // Its enums are classes: there is none for an unknown number.
        for (Numberz n : Numberz.values()) {
            same("testEnum", test.testEnum(n), n);
        }
    }

    private void texts() throws TException {
        for (String s : STRINGS) {
            same("testString", test.testString(s), s);
        }
        for (int n : new int[] {0, 1, 2, 3, 4, 255, 256, 4096, 131072}) {
            byte[] sent = new byte[n];
            for (int i = 0; i < n; i++) {
                sent[i] = (byte) (255 - i);
            }
            ByteBuffer got = test.testBinary(ByteBuffer.wrap(sent));
            same("testBinary of " + n, got.equals(ByteBuffer.wrap(sent)), true);
        }
    }

    // A call that no generated code knows of, or its compiler not.
    private void send(String method, UUID uuid) throws TException {
        protocol.writeMessageBegin(
                new TMessage(method, TMessageType.CALL, 77));
        protocol.writeStructBegin(new TStruct(method));
        if (uuid != null) {
            protocol.writeFieldBegin(
                    new TField("thing", TType.UUID, (short) 1));
            protocol.writeUuid(uuid);
            protocol.writeFieldEnd();
        }
        protocol.writeFieldStop();
        protocol.writeStructEnd();
        protocol.writeMessageEnd();
        protocol.getTransport().flush();
    }

    private void uuids() throws TException {
        for (String text : new String[] {
            "00112233-4455-6677-8899-aabbccddeeff",
            "00000000-0000-0000-0000-000000000000",
            "ffffffff-ffff-ffff-ffff-ffffffffffff"}) {
            send("testUuid", UUID.fromString(text));
            TMessage reply = protocol.readMessageBegin();
            same("testUuid", reply.name + reply.type + "," + reply.seqid,
                    "testUuid" + TMessageType.REPLY + ",77");
            protocol.readStructBegin();
            TField field = protocol.readFieldBegin();
            same("testUuid", field.type, TType.UUID);
            same("testUuid", protocol.readUuid().toString(), text);
            protocol.readFieldEnd();
            same("testUuid", protocol.readFieldBegin().type, TType.STOP);
            protocol.readStructEnd();
            protocol.readMessageEnd();
        }
    }

    private static Xtruct extremes(String text) {
        return new Xtruct(
                text, (byte) -128, Integer.MIN_VALUE, Long.MAX_VALUE);
    }

    private void structs() throws TException {
        Xtruct one = extremes(WORDS);
        same("testStruct", test.testStruct(one), one);
        Xtruct partly = test.testStruct(new Xtruct().setI32_thing(-3));
        same("testStruct", partly.i32_thing + partly.byte_thing, -3);
        Xtruct2 nest = new Xtruct2((byte) 1, one, 5);
        same("testNest", test.testNest(nest), nest);
    }

    private void containers() throws TException {
        List<Integer> numbers = new ArrayList<>();
        Map<Integer, Integer> many = new HashMap<>();
        for (int i = 0; i < 20000; i++) {
            numbers.add(i * -7919);
            many.put(i - 100, -i);
        }
        for (Map<Integer, Integer> map : List.of(
                Map.<Integer, Integer>of(), many,
                Map.of(0, -10, Integer.MIN_VALUE, Integer.MAX_VALUE))) {
            same("testMap", test.testMap(map), map);
        }
        Map<String, String> texts = Map.of("a", "123", "a b", "spaces ", "",
                "empty", "0", "a number", WORDS, CONTROLS, CONTROLS, WORDS);
        same("testStringMap", test.testStringMap(texts), texts);
        for (Set<Integer> set : List.of(
                new HashSet<Integer>(), new HashSet<>(numbers))) {
            same("testSet", test.testSet(set), set);
        }
        for (List<Integer> list : List.of(
                numbers, new ArrayList<Integer>(), List.of(1, 1, 1))) {
            same("testList", test.testList(list), list);
        }
    }

    // Methods whose answer is not their argument.
    private void made() throws TException {
        same("testMapMap", test.testMapMap(42), Map.of(
                -4, Map.of(-4, -4, -3, -3, -2, -2, -1, -1),
                4, Map.of(1, 1, 2, 2, 3, 3, 4, 4)));
        same("testMulti", test.testMulti((byte) -128, Integer.MIN_VALUE,
                Long.MAX_VALUE, Map.of((short) -32768, WORDS), Numberz.FIVE,
                0xf0f0f0L), extremes("Hello2"));
    }

    private void insanity() throws TException {
        Insanity crazy = new Insanity(
                new HashMap<>(Map.of(Numberz.FIVE, 5L,
                        Numberz.EIGHT, Long.MIN_VALUE)),
                Arrays.asList(extremes("Goodbye4"), extremes(WORDS)));
        Map<Long, Map<Numberz, Insanity>> insane = test.testInsanity(crazy);

        same("testInsanity", insane.keySet(), Set.of(1L, 2L));
        same("testInsanity, user 1", insane.get(1L),
                Map.of(Numberz.TWO, crazy, Numberz.THREE, crazy));
        same("testInsanity, user 2", insane.get(2L).keySet(),
                Collections.singleton(Numberz.SIX));
        Insanity empty = insane.get(2L).get(Numberz.SIX);
        same("testInsanity, user 2, SIX",
                empty.getUserMapSize() + empty.getXtructsSize(), 0);
    }

    private void exceptions() throws TException {
        try {
            test.testException("Xception");
            throw failure("testException(Xception): none");
        } catch (Xception e) {
            same("testException", e, new Xception(1001, "Xception"));
        }
        try {
            test.testException("TException");
            throw failure("testException(TException): none");
        } catch (TApplicationException e) {
            // Of any type.
        }
        test.testException("success");
    }

    private void multiExceptions() throws TException {
        try {
            test.testMultiException("Xception", "ignored");
            throw failure("testMultiException(Xception): none");
        } catch (Xception e) {
            same("testMultiException", e,
                    new Xception(1001, "This is an Xception"));
        }
        try {
            test.testMultiException("Xception2", "ignored");
            throw failure("testMultiException(Xception2): none");
        } catch (Xception2 e) {
            same("testMultiException", e.errorCode, 2002);
            same("testMultiException", e.struct_thing.string_thing,
                    "This is an Xception2");
        }
        same("testMultiException",
                test.testMultiException("success", WORDS).string_thing, WORDS);
    }

    private void unknown() throws TException {
        send("testNothing", null);
        TMessage reply = protocol.readMessageBegin();
        same("an unknown method", reply.type, TMessageType.EXCEPTION);
        TApplicationException e = TApplicationException.readFrom(protocol);
        protocol.readMessageEnd();
        same("an unknown method", e.getType(),
                TApplicationException.UNKNOWN_METHOD);
    }

    // Nothing may come back for the oneway call, and the call behind it must
    // be given its own answer.
    private void oneway() throws TException {
        for (int seconds = 0; seconds < 3; seconds++) {
            test.testOneway(seconds);
            same("testI32 behind testOneway", test.testI32(-1), -1);
        }
    }

    // Both on one connection.
    private void second() throws TException {
        for (String s : STRINGS) {
            same("secondtestString", second.secondtestString(s),
                    "testString(\"" + s + "\")");
            same("testString between", test.testString(s), s);
        }
    }
}
