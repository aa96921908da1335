using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace CrmSolid.Client;

internal static class Json
{
    public static JsonSerializerOptions Options { get; } = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, // bodies are sent as JSON, never put into HTML
        TypeInfoResolver = JsonTypeInfoResolver.Combine(new JsonContext(), new DefaultJsonTypeInfoResolver()),
    };

    static Json()
    {
        foreach (JsonConverter pages in JsonContext.PageConverters)
        {
            Options.Converters.Add(pages);
        }
    }

    /// <summary>
    /// Reads an answer. Throws a <see cref="CrmSolidException"/> if it is not what the API documents.
    /// </summary>
    public static T Read<T>(ReadOnlySpan<byte> json)
    {
        try
        {
            return JsonSerializer.Deserialize(json, TypeInfo<T>.Value)
                ?? throw new CrmSolidException($"expected a {typeof(T).Name}, but the server answered null");
        }
        catch (JsonException error)
        {
            throw new CrmSolidException(
                $"the answer is not a {typeof(T).Name}: {error.Message} Check the base URL, and update this package.",
                error);
        }
    }

    /// <summary>Writes a body.</summary>
    public static byte[] Write<T>(T value) =>
        JsonSerializer.SerializeToUtf8Bytes(value, Options.GetTypeInfo(value?.GetType() ?? typeof(T)));

    private static class TypeInfo<T>
    {
        public static readonly JsonTypeInfo<T> Value = (JsonTypeInfo<T>)Options.GetTypeInfo(typeof(T));
    }
}
