// SPDX-License-Identifier: Apache-2.0
package build.steading.wire;

import build.steading.api.v1.PropertyList;
import build.steading.api.v1.PropertyMap;
import build.steading.api.v1.PropertyValue;
import build.steading.failure.SteadingException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Converts what the properties of a worker consist of, types included.
final class PropertyValues {
    private PropertyValues() {}

    static PropertyMap toProto(Map<?, ?> values) {
        var message = PropertyMap.newBuilder();
        values.forEach((key, value) -> message.putValues(String.valueOf(key), value(value)));
        return message.build();
    }

    private static PropertyValue value(Object value) {
        var message = PropertyValue.newBuilder();
        return switch (value) {
            case String text -> message.setText(text).build();
            case Long whole -> message.setWhole(whole).build();
            case Double number -> message.setNumber(number).build();
            case Boolean truth -> message.setTruth(truth).build();
            case List<?> list -> message.setList(list(list)).build();
            case Map<?, ?> map -> message.setMap(toProto(map)).build();
            default -> throw new IllegalArgumentException("No property is a " + value.getClass());
        };
    }

    private static PropertyList list(List<?> values) {
        var message = PropertyList.newBuilder();
        values.forEach(value -> message.addValues(value(value)));
        return message.build();
    }

    static Map<String, Object> fromProto(PropertyMap message) {
        var values = new HashMap<String, Object>();
        message.getValuesMap().forEach((key, value) -> values.put(key, fromProto(value)));
        return values;
    }

    private static Object fromProto(PropertyValue message) {
        return switch (message.getKindCase()) {
            case TEXT -> message.getText();
            case WHOLE -> message.getWhole();
            case NUMBER -> message.getNumber();
            case TRUTH -> message.getTruth();
            case LIST ->
                message.getList().getValuesList().stream()
                        .map(PropertyValues::fromProto)
                        .toList();
            case MAP -> fromProto(message.getMap());
            case KIND_NOT_SET -> throw SteadingException.invalid("A property without a value");
        };
    }
}
