package site;

import java.util.Map;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.context.annotation.Bean;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.security.oauth2.core.oidc.user.OidcUser;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/** A site with Spring Security: `Site FOLDER PORT`. */
@SpringBootApplication
@RestController
public class Site {
    public static void main(String[] arguments) {
        System.setProperty("server.port", arguments[1]);
        SpringApplication.run(Site.class, arguments);
    }

    @Bean
    SecurityFilterChain chain(HttpSecurity http) throws Exception {
        http.authorizeHttpRequests(requests -> requests.anyRequest().permitAll())
            .oauth2Login(login -> login.defaultSuccessUrl("/me", true).failureUrl("/failed"));
        return http.build();
    }

    @GetMapping({"/me", "/failed"})
    ResponseEntity<Map<String, String>> me(@AuthenticationPrincipal OidcUser person) {
        if (person == null) {
            return answer(401, Map.of("error", "nobody is logged in"));
        }
        return answer(200, Map.of("sub", person.getSubject(), "name", person.getFullName()));
    }

    private static ResponseEntity<Map<String, String>> answer(int status, Map<String, String> body) {
        return ResponseEntity.status(status).contentType(MediaType.APPLICATION_JSON).body(body);
    }
}
